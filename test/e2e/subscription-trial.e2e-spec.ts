import { PLATFORM_ID } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { RemindersService } from '../../src/modules/subscriptions/renewal/reminders.service';
import { signUp, type Customer } from '../support/customers';
import { lengthOf, OwnSubscription } from '../support/life-cycle';
import { finishJobs, MailServer } from '../support/mail-server';
import { addMember } from '../support/members';
import { storeRecording, storeRecordings } from '../product/support/recordings';
import { addStaff, assignPlan, makePlan, type StaffMember } from '../support/staff';
import { LONG_SESSIONS, ONE_DAY_MS, renewAll, resetClock } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* A trial: how it begins, what follows it, and what the owners are told before. */

const TRIAL_DAYS = 14;
const TRIAL_MS = TRIAL_DAYS * ONE_DAY_MS;
const REMINDED_BEFORE_MS = 3 * ONE_DAY_MS;
const ABOUT = 'The trial of ';

let mailServer: MailServer;
let server: TestApplication;
let staff: StaffMember;
let free: PlanResponse;
/** Costs nothing, and has a trial. */
let tried: PlanResponse;
let priced: PlanResponse;
let customer: Customer;
let own: OwnSubscription;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({
    ...LONG_SESSIONS,
    ...{ roles: ['worker'], smtpUrl: mailServer.url },
  });
  staff = await addStaff(server);
  free = (await signUp(server)).subscription.plan;
  tried = await makePlan(server, staff, { trialDays: TRIAL_DAYS });
  priced = await makePlan(server, staff, {
    ...{ trialDays: TRIAL_DAYS, price: { amount: 1500, currency: 'usd' } },
  });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});
beforeEach(() => resetClock(server));

async function signUpNow(): Promise<void> {
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
}

/** To the end of the running period, and the renewal of it. */
async function endPeriod(): Promise<void> {
  server.clock.moveBy(lengthOf((await own.read()).currentPeriod));
  await renewAll(server);
}

function changeTo({ id: planId }: PlanResponse) {
  return own.act('change', { planId });
}

describe('a trial of the default plan', () => {
  beforeEach(async () => {
    await setDefaultTrial(TRIAL_DAYS);
    await signUpNow();
  });
  afterEach(() => setDefaultTrial(0));

  async function setDefaultTrial(trialDays: number): Promise<void> {
    resetClock(server);
    await server.patch(`/v1/staff/plans/${free.id}`, staff.token, { trialDays }).expect(200);
  }

  it('comes with the signup; it is period 0, and its end is the anchor', async () => {
    const trial = await own.read();
    const { end } = trial.currentPeriod;
    expect(trial).toMatchObject({
      ...{ status: 'trialing', currentPeriod: { ordinal: 0 }, anchor: end, trialEndsAt: end },
    });
    expect(lengthOf(trial.currentPeriod)).toBe(TRIAL_MS);
    await storeRecording(server, customer);
  });

  it('ends into the first period, with a count of its own', async () => {
    await storeRecordings(server, customer, 3);
    const trial = await own.read();
    await endPeriod();
    const { end } = trial.currentPeriod;
    expect(await own.read()).toMatchObject({
      ...{ id: trial.id, status: 'active', anchor: end, trialEndsAt: end },
      ...{ currentPeriod: { ordinal: 1, start: end }, usage: { recordings: { used: 0 } } },
    });
    expect(await own.periods()).toMatchObject([
      { ordinal: 1 },
      { ordinal: 0, end, usage: { recordings: 3 } },
    ]);
    const [event] = await own.history();
    const cause = { kind: 'job', id: PLATFORM_ID, email: null };
    expect(event).toMatchObject({ statusBefore: 'trialing', status: 'active', cause });
  });
});

describe('a trial of another plan', () => {
  beforeEach(signUpNow);

  it('begins when an owner chooses it, with the usage so far', async () => {
    await storeRecordings(server, customer, 3);
    const before = await own.read();
    const trial = await changeTo(tried);
    expect(trial).toMatchObject({
      ...{ status: 'trialing', plan: tried, currentPeriod: { ordinal: 0 } },
      ...{ anchor: trial.trialEndsAt, usage: { recordings: { used: 3 } } },
    });
    expect(trial.id).not.toBe(before.id);
    expect(lengthOf(trial.currentPeriod)).toBe(TRIAL_MS);
    expect(await own.verify()).toEqual({ counter: 3, rows: 3, equal: true });
    const [begun, ended] = await own.history();
    expect(ended).toMatchObject({ status: 'canceled', statusBefore: 'active', planId: free.id });
    expect(begun).toMatchObject({ status: 'trialing', statusBefore: null, planId: tried.id });
  });

  it('given by staff, of a plan with a price, moves to the default plan unless it is paid', async () => {
    const trial = await assignPlan(server, staff, customer, priced);
    expect(trial).toMatchObject({ status: 'trialing', plan: priced });
    await endPeriod();
    expect(await own.read()).toMatchObject({
      ...{ id: trial.id, status: 'active', plan: free },
      currentPeriod: { ordinal: 1, start: trial.trialEndsAt },
    });
  });

  it('is given once to a business', async () => {
    await changeTo(tried);
    await changeTo(free);
    await endPeriod();
    const other = await makePlan(server, await addStaff(server), { trialDays: TRIAL_DAYS });
    expect(await changeTo(other)).toMatchObject({ status: 'active' });
    await own.act('cancel', { when: 'now' });
    expect(await changeTo(tried)).toMatchObject({ status: 'active', trialEndsAt: null });
    const { status } = await assignPlan(server, await addStaff(server), customer, priced);
    expect(status).toBe('active');
  });

  it('starts after the end of a subscription that had none', async () => {
    await own.act('cancel', { when: 'now' });
    expect(await changeTo(tried)).toMatchObject({ status: 'trialing' });
  });

  it('continues when the plan changes', async () => {
    const trial = await changeTo(tried);
    const weekly = await makePlan(server, staff, { interval: { unit: 'week', count: 1 } });
    const { currentPeriod, trialEndsAt } = trial;
    const expected = { id: trial.id, status: 'trialing', currentPeriod, trialEndsAt };
    const { proration } = await own.preview({ planId: weekly.id });
    expect(proration.due.amount).toBe(0);
    expect(await changeTo(weekly)).toMatchObject({ ...expected, plan: weekly });
    await endPeriod();
    const active = await own.read();
    expect(active).toMatchObject({ status: 'active', plan: weekly, anchor: trialEndsAt });
    expect(lengthOf(active.currentPeriod)).toBe(7 * ONE_DAY_MS);
  });

  it('continues after a pause, for the rest of its time', async () => {
    const trial = await changeTo(tried);
    await own.act('pause');
    server.clock.moveBy(2 * TRIAL_MS);
    const resumed = await own.act('resume');
    const { end } = resumed.currentPeriod;
    expect(resumed).toMatchObject({ status: 'trialing', anchor: end, trialEndsAt: end });
    const byMs = Date.parse(end) - Date.parse(trial.currentPeriod.end);
    expect(Math.floor(byMs / ONE_DAY_MS)).toBe(2 * TRIAL_DAYS);
    server.clock.moveBy(TRIAL_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({
      ...{ status: 'active', currentPeriod: { ordinal: 1, start: end } },
    });
  });

  it('ends the subscription where it is canceled or does not renew', async () => {
    const { trialEndsAt } = await changeTo(tried);
    await own.act('cancel', { when: 'period_end' });
    await endPeriod();
    expect(await own.read()).toMatchObject({ status: 'canceled', endedAt: trialEndsAt });
  });

  it('of a plan that does not renew ends into its one period', async () => {
    const once = await makePlan(server, staff, { trialDays: 1, renews: false });
    await changeTo(once);
    await endPeriod();
    expect(await own.read()).toMatchObject({ status: 'active', currentPeriod: { ordinal: 1 } });
    await endPeriod();
    expect(await own.read()).toMatchObject({ status: 'expired' });
  });

  it('can be followed by another plan', async () => {
    const once = await makePlan(server, staff, { trialDays: 1, renews: false });
    await changeTo(once);
    await own.act('change', { planId: free.id, when: 'period_end' });
    await endPeriod();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: free.id } });
  });
});

describe('the reminder of its end', () => {
  let replica: TestApplication;
  beforeAll(async () => {
    replica = await TestApplication.start(LONG_SESSIONS, server.database);
  });
  afterAll(() => replica.app.close());
  beforeEach(async () => {
    resetClock(replica);
    await signUpNow();
  });

  it('is mailed to the owners three days before, once under concurrency', async () => {
    await changeTo(tried);
    const other = await addMember(server, customer, 'owner');
    const viewer = await addMember(server, customer, 'viewer');
    const tooEarlyMs = 60_000;
    moveClocks(TRIAL_MS - REMINDED_BEFORE_MS - tooEarlyMs);
    await remind();
    moveClocks(tooEarlyMs);
    expect(remindersTo(customer)).toEqual([]);
    await Promise.all([remind(server), remind(replica), remind(server), remind(replica)]);
    await remind();
    moveClocks(ONE_DAY_MS);
    await remind();
    const [mail, ...others] = remindersTo(customer);
    expect(others).toEqual([]);
    expect(remindersTo(other)).toEqual([mail]);
    expect(remindersTo(viewer)).toEqual([]);
    const { trialEndsAt } = await own.read();
    expect(mail?.subject).toContain(customer.business.name);
    expect(mail?.text).toContain(new Date(trialEndsAt!).toUTCString());
    expect(mail?.text).toContain(tried.name);
  });

  it.each<[what: string, begin: () => Promise<unknown>, said: string]>([
    ['continues', () => changeTo(tried), 'The plan continues'],
    [
      'needs a payment',
      () => assignPlan(server, staff, customer, priced),
      'moves to the plan Free',
    ],
    [
      'is canceled',
      async () => {
        await changeTo(tried);
        await own.act('cancel', { when: 'period_end' });
      },
      'ends with it',
    ],
    [
      'is followed by another plan',
      async () => {
        await changeTo(tried);
        await own.act('change', { planId: free.id, when: 'period_end' });
      },
      'the plan Free begins',
    ],
  ])('says what follows, where it %s', async (_, begin, said) => {
    await begin();
    moveClocks(TRIAL_MS - ONE_DAY_MS);
    await remind();
    expect(remindersTo(customer)[0]?.text).toContain(said);
  });

  it('comes again, with the new day, where a pause has moved it', async () => {
    await changeTo(tried);
    moveClocks(TRIAL_MS - ONE_DAY_MS);
    await remind();
    const { trialEndsAt: before } = await own.read();
    await own.act('pause');
    moveClocks(5 * ONE_DAY_MS);
    await own.act('resume');
    await remind();
    const { trialEndsAt: after } = await own.read();
    expect(Date.parse(after!) - Date.parse(before!)).toBeGreaterThanOrEqual(5 * ONE_DAY_MS);
    const texts = remindersTo(customer).map(({ text }) => text);
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain(new Date(before!).toUTCString());
    expect(texts[1]).toContain(new Date(after!).toUTCString());
  });

  it('comes at once where the trial is shorter', async () => {
    await changeTo(await makePlan(server, staff, { trialDays: 1 }));
    await remind();
    expect(remindersTo(customer)).toHaveLength(1);
  });

  it.each<[what: string, end: () => Promise<unknown>]>([
    ['over', () => Promise.resolve(moveClocks(TRIAL_MS))],
    ['canceled', () => own.act('cancel', { when: 'now' })],
    ['paused', () => own.act('pause')],
  ])('is not asked for where the trial is %s', async (_, end) => {
    await changeTo(tried);
    await end();
    moveClocks(TRIAL_MS - ONE_DAY_MS);
    await remind();
    expect(remindersTo(customer)).toEqual([]);
  });

  it('is not sent once the trial is over, even before the renewal has run', async () => {
    await finishJobs(server.database);
    await changeTo(tried);
    moveClocks(TRIAL_MS - ONE_DAY_MS);
    mailServer.refuseNext(Number.MAX_SAFE_INTEGER);
    const before = mailServer.refused.length;
    await ask(server);
    await until('a try has failed', () => mailServer.refused.length > before);
    moveClocks(ONE_DAY_MS);
    mailServer.refuseNext(0);
    await finishJobs(server.database);
    expect(remindersTo(customer)).toEqual([]);
  });

  function moveClocks(milliseconds: number): void {
    for (const each of [server, replica]) each.clock.moveBy(milliseconds);
  }

  function ask({ app }: TestApplication): Promise<number> {
    return app.get(RemindersService).remindAll(RequestContext.job('subscription.remind'));
  }

  /** Until the mails that were due are out. */
  async function remind(by = server): Promise<void> {
    await ask(by);
    await finishJobs(server.database);
  }

  function remindersTo({ email }: { email: string }) {
    return mailServer.mailsTo(email, ABOUT);
  }
});
