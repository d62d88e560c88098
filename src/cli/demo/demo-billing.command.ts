import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { RemindersService } from '../../modules/subscriptions/renewal/reminders.service';
import { RenewalService } from '../../modules/subscriptions/renewal/renewal.service';
import { loadConfig, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { migrate } from '../../platform/database/migrate';
import { openDatabase } from '../../platform/database/open-database';
import { createLogger } from '../../platform/logging/logger';
import { schema } from '../../schema';
import { createServer } from '../../server';
import { ApiClient } from './api-client';
import { BillingStory, type BillingStage } from './billing-story';
import { Stage } from './stage';
import { withTemporaryData } from './temporary-data';
import { CommandFailure } from '../support/failure';
import type { SignalWatch } from '../support/interruption';
import type { LocalStripe } from '@tenantry/local-stripe';
import { note } from '../support/output';

const API_KEY = 'sk_test_demo';
const WEBHOOK_SECRET = 'whsec_demo';

/** `demo:billing`: the life of a paid subscription, on a temporary database, server and Stripe. */
export async function runDemoBilling(): Promise<void> {
  const given = loadConfig();
  if (given.environment === 'production')
    throw new CommandFailure('the demo shifts time, which production does not allow');
  await withTemporaryData((dataDirectory, signals) =>
    withLocalStripe((stripe) => playOn(demoConfig(given, dataDirectory, stripe), stripe, signals)),
  );
}

async function withLocalStripe(work: (stripe: LocalStripe) => Promise<void>): Promise<void> {
  const { LocalStripe } = await import('@tenantry/local-stripe');
  const stripe = await LocalStripe.start({
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    signedBy: 'local',
  });
  try {
    await work(stripe);
  } finally {
    await stripe.close();
  }
}

function demoConfig(given: Config, dataDirectory: string, stripe: LocalStripe): Config {
  return {
    ...given,
    dataDirectory,
    databaseUrl: null,
    databaseDirectUrl: null,
    smtpUrl: null,
    roles: ['web', 'worker'], // the story moves time and runs the cron work
    logLevel: 'fatal',
    stripeSecretKey: API_KEY,
    stripeWebhookSecrets: [WEBHOOK_SECRET],
    stripeApiBase: stripe.url,
  };
}

/** A signal interrupts the story only: what was started is stopped in order. */
async function playOn(config: Config, stripe: LocalStripe, signals: SignalWatch): Promise<void> {
  const database = await openDatabase(config, note);
  try {
    await migrate(database.config, schema);
    const app = await createServer(database.config, createLogger(database.config));
    try {
      await app.listen({ port: 0, host: '127.0.0.1' });
      const stage = new Stage();
      const api = new ApiClient(await app.getUrl(), stage);
      stripe.deliverTo(`${api.url}/v1/webhooks/stripe`);
      const story = new BillingStory(api, stage, stripe, billingStage(app, stripe));
      await signals.unlessInterrupted(() => story.play());
    } finally {
      await app.close();
    }
  } finally {
    await database.release();
  }
}

/** What happens outside the API: time, and the cron work. */
function billingStage(app: NestFastifyApplication, stripe: LocalStripe): BillingStage {
  const settle = async (): Promise<void> => {
    await stripe.settled();
    while (await hasWaitingEvents(app)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return {
    settle,
    async letPass(milliseconds) {
      app.get(Clock).moveBy(milliseconds);
      stripe.advanceBy(milliseconds);
      await settle();
      await app.get(RenewalService).renewAll(RequestContext.job('subscription.renew'));
      await app.get(RemindersService).remindAll(RequestContext.job('subscription.remind'));
    },
  };
}

async function hasWaitingEvents(app: NestFastifyApplication): Promise<boolean> {
  const context = RequestContext.job('demo.watch');
  return app.get(Database).platform(context, 'the demo polls the inbox', async (tx) => {
    const waiting = await tx.query('SELECT FROM webhook_inbox WHERE handled_at IS NULL LIMIT 1');
    return waiting.length > 0;
  });
}
