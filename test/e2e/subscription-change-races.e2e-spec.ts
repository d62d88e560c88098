import type { Response } from 'supertest';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { OwnSubscription } from '../support/life-cycle';
import { race, tally, untilAnswered } from '../support/race';
import { sendRecording, storeRecording } from '../product/support/recordings';
import { addStaff, grantCredit, makePlan, type StaffMember } from '../support/staff';
import { LONG_SESSIONS, readRecordingsByPeriod, startCounter } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* Concurrent changes and recordings: one change, and each recording in one period. */

const CLICKS = 20;
/** Fewer than there are connections. */
const MEETING = 5;
const CURRENT = 'SELECT FROM subscriptions WHERE business_id = $1 AND is_current FOR UPDATE';

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let own: OwnSubscription;
let wide: PlanResponse;
let weekly: PlanResponse;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  wide = await makePlan(server, staff);
  weekly = await makePlan(server, staff, {
    interval: { unit: 'week', count: 1 },
    limits: { recordings: null, applications: null, seats: null },
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
});

/** Clicks of which several meet at the lock of the subscription. */
async function click(action: string, body?: object): Promise<Response[]> {
  const { id } = customer.business;
  const { answers } = await holdingLocks(server.database, CURRENT, [id], async (untilWaited) => {
    const started = { answers: race(CLICKS, () => untilAnswered(() => own.ask(action, body))) };
    await untilWaited(MEETING);
    return started; // inside an object, or they would be waited for with the lock still held
  });
  return answers;
}

describe('twenty clicks are one', () => {
  it('change within the period', async () => {
    expect(tally(await click('change', { planId: wide.id }))).toEqual({ 200: CLICKS });
    expect(await actions()).toEqual(['subscription.change', 'business.sign_up']);
  });

  it('change to another interval: one period is closed', async () => {
    await storeRecording(server, customer);
    const answers = await click('change', { planId: weekly.id });
    expect(tally(answers)).toEqual({ 200: CLICKS });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await own.periods()).toHaveLength(2);
    expect(await actions()).toEqual(['subscription.change', 'business.sign_up']);
    expect(await own.verify()).toEqual({ counter: 1, rows: 1, equal: true });
  });

  it('change at the end of the period', async () => {
    const body = { planId: wide.id, when: 'period_end' };
    expect(tally(await click('change', body))).toEqual({ 200: CLICKS });
    expect(await actions()).toEqual(['subscription.change', 'business.sign_up']);
  });

  it('change after the end: one subscription begins', async () => {
    await own.act('cancel', { when: 'now' });
    const answers = await click('change', { planId: wide.id });
    expect(tally(answers)).toEqual({ 200: CLICKS });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await actions()).toEqual([
      'subscription.change',
      'subscription.cancel',
      'business.sign_up',
    ]);
  });

  it('cancellation at the end of the period', async () => {
    const answers = await click('cancel', { when: 'period_end' });
    expect(tally(answers)).toEqual({ 200: CLICKS });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await actions()).toEqual(['subscription.cancel', 'business.sign_up']);
  });

  it.each([
    ['cancel', { when: 'now' }],
    ['pause', undefined],
  ])('%s %j: one is done, the others are told that it is', async (action, body) => {
    expect(tally(await click(action, body))).toEqual({ 200: 1, 409: CLICKS - 1 });
    expect(await actions()).toEqual([`subscription.${action}`, 'business.sign_up']);
  });

  it('resume: one is done, the others are told that it is', async () => {
    await own.act('pause');
    expect(tally(await click('resume'))).toEqual({ 200: 1, 409: CLICKS - 1 });
    expect((await actions())[0]).toBe('subscription.resume');
  });

  async function actions(): Promise<string[]> {
    return (await own.history()).map(({ action }) => action);
  }
});

describe('changes that meet', () => {
  it('to different plans come one after the other, and no periods overlap', async () => {
    const { plan: free } = customer.subscription;
    const answers = await race(CLICKS, (index) =>
      untilAnswered(() => own.ask('change', { planId: [free, weekly][index % 2]!.id })),
    );
    expect(tally(answers)).toEqual({ 200: CLICKS });
    const periods = await own.periods();
    const ordinals = periods.map(({ ordinal }) => ordinal);
    expect(ordinals).toEqual(periods.map((_, index) => periods.length - index));
    expect(periods.slice(0, -1).map(({ start }) => start)).toEqual(
      periods.slice(1).map(({ end }) => end),
    );
  });

  it('are told in the order in which they came about, those of one moment too', async () => {
    const tried = await makePlan(server, staff, { trialDays: 14 });
    await own.act('change', { planId: tried.id }); // ends one subscription and begins another
    await own.act('cancel', { when: 'now' });
    await own.act('change', { planId: wide.id });
    const history = await own.history();
    const statuses = ['active', 'canceled', 'trialing', 'canceled', 'active'];
    expect(history.map(({ status }) => status)).toEqual(statuses);
    const times = history.map(({ at }) => at);
    expect(times).toEqual([...new Set(times)].sort().reverse());
  });
});

describe('a change and recordings that meet', () => {
  it('leave each recording in one period, and the counter right', async () => {
    await grantCredit(server, staff, customer, 1_000_000);
    const { plan: free } = customer.subscription;
    let isOver = false;
    let stored = 0;
    const lanes = race(4, async () => {
      while (!isOver) {
        const answer = await untilAnswered(() => sendRecording(server, customer));
        expect(answer.status).toBe(201);
        stored += 1;
      }
    });
    for (const plan of [weekly, free, wide, weekly, free, weekly])
      await own.act('change', { planId: plan.id, when: 'now' });
    isOver = true;
    await lanes;
    await expectAllInPeriods(stored);
  });

  it.each([
    ['change', 'as another period'],
    ['cancel', 'as the end'],
  ])('%s, with a recording that overtakes it: %s', async (action) => {
    await startCounter(server.database, customer.business.id);
    const body = action === 'change' ? { planId: weekly.id } : { when: 'now' };
    const asked = await holdingLocks(
      server.database,
      CURRENT,
      [customer.business.id],
      async (untilWaited) => {
        const change = { answer: own.ask(action, body) };
        await untilWaited();
        await storeRecording(server, customer);
        return change; // inside an object, or it would be waited for with the lock still held
      },
    );
    expect((await asked.answer).status).toBe(200);
    await expectAllInPeriods(1);
  });

  it('the pause leaves no recording behind it', async () => {
    const answers = race(CLICKS, () => untilAnswered(() => sendRecording(server, customer)));
    await own.act('pause');
    const { 201: stored = 0, 403: refused = 0 } = tally(await answers);
    expect(stored + refused).toBe(CLICKS);
    await expectAllInPeriods(stored);
  });

  async function expectAllInPeriods(stored: number): Promise<void> {
    const periods = await readRecordingsByPeriod(server.database, customer.business.id);
    expect(periods.filter(({ outside }) => outside > 0)).toEqual([]);
    expect(periods.reduce((sum, { rows }) => sum + rows, 0)).toBe(stored);
    expect((await own.periods()).map(({ usage }) => usage.recordings).reverse()).toEqual(
      periods.map(({ rows }) => rows),
    );
    expect(await own.verify()).toEqual({ counter: stored, rows: stored, equal: true });
  }
});
