import { randomBytes, randomUUID } from 'node:crypto';
import type { SignupResponse } from '../../../modules/onboarding/dto/signup';
import type {
  CreatedRecordingResponse,
  UsageExplanationResponse,
} from '../../recordings/dto/recording.responses';
import type { UsageVerificationResponse } from '../../../modules/usage/dto/usage-reads';
import type {
  PeriodResponse,
  SubscriptionResponse,
} from '../../../modules/subscriptions/dto/subscription.response';
import { countOf, day } from '../../../cli/support/output';
import type { ApiClient } from '../../../cli/demo/api-client';
import type { Stage } from '../../../cli/demo/stage';
import { intervalOf, limitOf, periodText, usageText } from './wording';

const DAY_MS = 86_400_000;
const FILLING_MS = 4_000;
const MOST_RECORDINGS = 500; // a larger plan is not filled

interface Problem {
  code: string;
  detail: string;
}

interface Customer {
  email: string;
  password: string;
  businessId: string;
  /** Of the owner, for the dashboard. */
  session: string;
  /** Of the SDK. */
  key: string;
  subscription: SubscriptionResponse;
}

/** Makes days pass for a business, and runs the renewals that are due then. */
export type TimeMachine = (businessId: string, days: number) => Promise<void>;

/** A day of a customer's life, narrated step by step: all through the public API, except that time is moved. */
export class Story {
  constructor(
    private readonly api: ApiClient,
    private readonly stage: Stage,
    private readonly letTimePass: TimeMachine,
  ) {}

  async play(): Promise<void> {
    const customer = await this.signUp();
    await this.showPlan(customer.subscription);
    await this.recordUntilRefused(customer);
    await this.explainUsage(customer);
    await this.waitForNextPeriod(customer);
    await this.recordAgain(customer);
    await this.keepKeyOutOfDashboard(customer);
    await this.end(customer);
  }

  private async signUp(): Promise<Customer> {
    await this.stage.act('A business signs up');
    const email = `ada-${randomBytes(4).toString('hex')}@example.com`;
    const password = randomBytes(12).toString('base64url');
    const body = { businessName: 'Acme', fullName: 'Ada Lovelace', email, password };
    const answer = await this.api.send<SignupResponse>('POST', '/v1/auth/signup', {
      body,
      expect: 201,
    });
    const { business, member, session, apiKey, subscription } = answer.body;
    await this.stage.say(
      `${business.name} is created, and ${member.fullName} is its ${member.role}.`,
    );
    await this.stage.say('The answer contains a dashboard session and an SDK key.');
    const [token, key] = [session.token, apiKey.key];
    return { email, password, businessId: business.id, session: token, key, subscription };
  }

  private async showPlan({ plan, currentPeriod }: SubscriptionResponse): Promise<void> {
    await this.stage.act('Its plan');
    await this.stage.say(`${this.stage.strong(plan.name)}: ${plan.description}`);
    await this.stage.say(
      `${limitOf(plan)} every ${intervalOf(plan)}; this period ends ${day(currentPeriod.end)}.`,
    );
  }

  private async recordUntilRefused({ key, subscription }: Customer): Promise<void> {
    await this.stage.act('The SDK records until the quota is used up');
    const { recordings: limit = null } = subscription.plan.limits;
    if (limit === null || limit > MOST_RECORDINGS) {
      await this.record(key);
      await this.stage.say('The quota is too large to be used up here.');
      return;
    }
    await this.stage.say('POST /v1/recordings with the key, one after another:');
    for (let refused = false; !refused;) {
      refused = await this.recordSilently(key);
      await this.stage.pause(FILLING_MS / limit);
    }
    await this.stage.say('The next one is refused, and nothing is stored:');
    const { body } = await this.record(key, 402);
    await this.stage.json(body);
  }

  /** @returns whether it was refused */
  private async recordSilently(key: string): Promise<boolean> {
    const { status, body } = await this.api.send<Partial<CreatedRecordingResponse>>(
      'POST',
      '/v1/recordings',
      { token: key, body: aRecording(), expect: [201, 402], isSilent: true },
    );
    const usage = body.usage;
    if (usage?.limit) this.stage.meter(usageText(usage), usage.used, usage.limit);
    return status === 402;
  }

  private record(key: string, expect = 201) {
    return this.api.send<CreatedRecordingResponse>('POST', '/v1/recordings', {
      token: key,
      body: aRecording(),
      expect,
    });
  }

  private async explainUsage({ session: token }: Customer): Promise<void> {
    await this.stage.act('The owner asks where the usage comes from');
    const explained = await this.api.send<UsageExplanationResponse>(
      'GET',
      '/v1/usage/recordings/explain',
      { token, expect: 200 },
    );
    const { used, sources, recent } = explained.body;
    const kinds = sources.map((source) => `${source.used} of the ${source.kind}'s`).join(', ');
    await this.stage.say(`${countOf(used, 'recording', 'recordings')}: ${kinds}.`);
    await this.stage.say(`The newest of ${recent.length} listed: ${recent[0]?.externalId}.`);
    const verified = await this.api.send<UsageVerificationResponse>(
      'GET',
      '/v1/usage/recordings/verify',
      { token, expect: 200 },
    );
    const { counter, rows, equal } = verified.body;
    await this.stage.say(
      `The counter says ${counter}, there are ${rows} rows: ${equal ? 'equal' : 'NOT EQUAL'}.`,
    );
  }

  private async waitForNextPeriod({ businessId, session, subscription }: Customer): Promise<void> {
    const { start, end } = subscription.currentPeriod;
    const days = Math.ceil((Date.parse(end) - Date.parse(start)) / DAY_MS);
    await this.stage.act(`${countOf(days, 'day', 'days')} pass`);
    await this.letTimePass(businessId, days);
    await this.stage.say('The period is closed with its usage, and the next one begins at zero:');
    const { body } = await this.api.send<{ data: PeriodResponse[] }>(
      'GET',
      '/v1/subscription/periods',
      { token: session, expect: 200 },
    );
    for (const period of body.data) await this.stage.say(`  ${periodText(period)}`);
  }

  private async recordAgain({ key }: Customer): Promise<void> {
    await this.stage.act('The SDK records again');
    const { body } = await this.record(key);
    await this.stage.say(usageText(body.usage));
  }

  private async keepKeyOutOfDashboard({ key }: Customer): Promise<void> {
    await this.stage.act('An attacker extracts the key from the app and tries the dashboard');
    const { body } = await this.api.send<Problem>('GET', '/v1/subscription', {
      token: key,
      expect: 403,
    });
    await this.stage.say(`${this.stage.strong(body.code)}: ${body.detail}`);
  }

  private async end({ email, password }: Customer): Promise<void> {
    await this.stage.act('Explore the API');
    await this.stage.say(`${this.api.url}/docs documents every route, and lets you call it.`);
    await this.stage.say('The business stays in the database of the server.');
    await this.stage.say(`Log in (POST /v1/auth/login) as ${email}, password ${password}`);
  }
}

function aRecording(): object {
  return {
    externalId: `demo-${randomUUID()}`,
    startedAt: new Date().toISOString(),
    durationMs: Math.round(Math.random() * 60_000),
    device: { model: 'Pixel 9', os: 'Android', osVersion: '16', appVersion: '1.0.0' },
  };
}
