import type { Response } from 'supertest';
import { createApplication } from '../product/support/applications';
import { aRecording, signUp, type Customer } from '../support/customers';
import { lengthOf, OwnSubscription, SUBSCRIPTION } from '../support/life-cycle';
import { addMember } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../product/support/recordings';
import { newEmail } from '../support/signups';
import { addStaff, makePlan, openSupport } from '../support/staff';
import {
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* Cancel, pause and renewal on or off; and what a subscription that is not active stops. */

let server: TestApplication;
let customer: Customer;
let own: OwnSubscription;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
});

async function expectInvalid(...answers: Promise<Response>[]): Promise<void> {
  for (const answer of await Promise.all(answers)) expectProblem(answer, 409, 'invalid_state');
}

/** What must not happen without an active subscription, and what still works. */
async function expectInactive(): Promise<void> {
  expectProblem(await sendRecording(server, customer), 403, 'subscription_inactive');
  const application = { name: 'Shop' };
  const invitation = { email: newEmail('invited'), role: 'member' };
  for (const [path, body] of [
    ['/v1/applications', application],
    ['/v1/invitations', invitation],
  ] as const)
    expectProblem(await server.post(path, customer.token, body), 403, 'subscription_inactive');
  const status = await server.get('/v1/sdk/status', customer.key);
  expect(status.body).toMatchObject({ recording: false, reason: 'subscription_inactive' });
  const batch = await server.post('/v1/recordings/batch', customer.key, {
    recordings: [aRecording()],
  });
  expect(batch.body).toMatchObject({
    results: [{ status: 403, problem: { code: 'subscription_inactive' } }],
  });
  for (const path of ['/v1/recordings', '/v1/applications', '/v1/usage', '/v1/team-members'])
    expect((await server.get(path, customer.token)).status).toBe(200);
  const renamed = await server.patch('/v1/business', customer.token, { name: 'Renamed' });
  expect(renamed.status).toBe(200);
}

describe('cancel at the end of the period', () => {
  it('lets it run until then, and no longer', async () => {
    const before = await own.read();
    const asked = await own.act('cancel', { when: 'period_end' });
    expect(asked).toEqual({
      ...before,
      cancelAtPeriodEnd: true,
      cancelAt: before.currentPeriod.end,
      canceledAt: expect.any(String) as string,
    });
    await storeRecording(server, customer);
    server.clock.moveBy(FREE_PERIOD_MS + ONE_DAY_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({
      ...{ status: 'canceled', canceledAt: asked.canceledAt, endedAt: before.currentPeriod.end },
      ...{ currentPeriod: before.currentPeriod, usage: { recordings: { used: 1 } } },
    });
    await expectInactive();
  });

  it('asked twice is asked once', async () => {
    const first = await own.act('cancel', { when: 'period_end' });
    server.clock.moveBy(ONE_DAY_MS);
    expect(await own.act('cancel', { when: 'period_end' })).toEqual(first);
  });

  it('is taken back by uncancel', async () => {
    const before = await own.read();
    await own.act('cancel', { when: 'period_end' });
    expect(await own.act('uncancel')).toEqual(before);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({ status: 'active', currentPeriod: { ordinal: 2 } });
    await expectInvalid(own.ask('uncancel'));
  });

  it('calls off a change that waits, and can still become a cancellation now', async () => {
    const plan = await makePlan(server, await addStaff(server));
    for (const callOff of [
      () => own.update({ autoRenew: false }),
      () => own.act('cancel', { when: 'period_end' }),
    ]) {
      const body = { planId: plan.id, when: 'period_end' };
      expect(await own.act('change', body)).toMatchObject({ scheduledPlan: plan });
      expect(await callOff()).toMatchObject({ scheduledPlan: null });
      await own.update({ autoRenew: true });
    }
    expect(await own.act('cancel', { when: 'now' })).toMatchObject({ status: 'canceled' });
  });

  it('is over when the period is, also before the renewal has run', async () => {
    await own.act('cancel', { when: 'period_end' });
    server.clock.moveBy(FREE_PERIOD_MS);
    await expectInvalid(own.ask('uncancel'), own.ask('pause'), own.ask('cancel', { when: 'now' }));
    expectProblem(await sendRecording(server, customer), 403, 'subscription_inactive');
    expect(await own.read()).toMatchObject({ status: 'canceled' });
  });
});

describe('cancel now', () => {
  it('ends the period with its usage', async () => {
    await storeRecordings(server, customer, 3);
    const before = await own.read();
    const ended = await own.act('cancel', { when: 'now' });
    const { endedAt } = ended;
    expect(ended).toMatchObject({
      ...{ id: before.id, status: 'canceled', canceledAt: endedAt, cancelAtPeriodEnd: false },
      currentPeriod: { ordinal: 1, start: before.currentPeriod.start, end: endedAt },
      usage: { recordings: { used: 3 } },
    });
    expect(await own.periods()).toMatchObject([
      { ordinal: 1, end: endedAt, usage: { recordings: 3 } },
    ]);
    expect(await own.verify()).toMatchObject({ equal: true });
    await expectInactive();
    server.clock.moveBy(2 * FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toEqual(ended);
  });

  it('is the end: nothing but a new beginning follows', async () => {
    await own.act('cancel', { when: 'now' });
    await expectInvalid(
      own.ask('cancel', { when: 'now' }),
      own.ask('cancel', { when: 'period_end' }),
      own.ask('uncancel'),
      own.ask('pause'),
      own.ask('resume'),
      own.askToUpdate({ autoRenew: false }),
    );
  });

  it.each([{}, { when: 'later' }, { when: null }, { when: 1 }])('refuses %j', async (body) => {
    expectFaults(await own.ask('cancel', body), '/when');
  });
});

describe('pause', () => {
  it('stops ingestion, new applications and invitations; reads still work', async () => {
    await createApplication(server, customer);
    const recording = aRecording();
    await sendRecording(server, customer, recording);
    const before = await own.read();
    const paused = await own.act('pause');
    expect(paused).toEqual({
      ...before,
      status: 'paused',
      pausedAt: expect.any(String) as string,
    });
    await expectInactive();
    const again = await sendRecording(server, customer, recording);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    expect(await own.verify()).toEqual({ counter: 1, rows: 1, equal: true });
  });

  it('stops renewal, however long', async () => {
    const paused = await own.act('pause');
    server.clock.moveBy(10 * FREE_PERIOD_MS);
    await renewAll(server);
    expectProblem(await sendRecording(server, customer), 403, 'subscription_inactive');
    expect(await own.read()).toEqual(paused);
    expect(await own.periods()).toHaveLength(1);
  });

  it('is ended by resume: anchor and period end move by the time paused', async () => {
    await storeRecordings(server, customer, 3);
    server.clock.moveBy(5 * ONE_DAY_MS);
    const paused = await own.act('pause');
    server.clock.moveBy(20 * ONE_DAY_MS);
    const resumed = await own.act('resume');
    const byMs = Date.parse(resumed.anchor) - Date.parse(paused.anchor);
    expect(Math.floor(byMs / ONE_DAY_MS)).toBe(20);
    expect(resumed).toMatchObject({
      ...{ id: paused.id, status: 'active', pausedAt: null },
      currentPeriod: { ordinal: 1, start: paused.currentPeriod.start },
      usage: { recordings: { used: 3, resetsAt: resumed.currentPeriod.end } },
    });
    expect(lengthOf(resumed.currentPeriod)).toBe(FREE_PERIOD_MS + byMs);
    await storeRecording(server, customer);

    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const [running, closed] = await own.periods();
    expect(closed).toMatchObject({ ...resumed.currentPeriod, usage: { recordings: 4 } });
    expect(running).toMatchObject({ ordinal: 2, start: closed!.end });
    expect(lengthOf(running!)).toBe(FREE_PERIOD_MS);
  });

  it('moves the boundaries again when it is paused again', async () => {
    const { anchor } = await own.read();
    for (let times = 0; times < 2; times += 1) {
      await own.act('pause');
      server.clock.moveBy(ONE_DAY_MS);
      await own.act('resume');
    }
    const resumed = await own.read();
    const byMs = Date.parse(resumed.anchor) - Date.parse(anchor);
    expect(Math.floor(byMs / ONE_DAY_MS)).toBe(2);
    expect(Date.parse(resumed.currentPeriod.end) - Date.parse(resumed.anchor)).toBe(FREE_PERIOD_MS);
  });

  it('goes through states in order', async () => {
    await expectInvalid(own.ask('resume'));
    await own.act('pause');
    await expectInvalid(own.ask('pause'), own.ask('cancel', { when: 'period_end' }));
    expect(await own.act('cancel', { when: 'now' })).toMatchObject({
      ...{ status: 'canceled', pausedAt: null },
    });
    await expectInvalid(own.ask('resume'));
  });

  it('keeps a cancellation that waits for the end of the period', async () => {
    await own.act('cancel', { when: 'period_end' });
    await own.act('pause');
    server.clock.moveBy(2 * FREE_PERIOD_MS);
    expect(await own.act('resume')).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({ status: 'canceled' });
  });
});

describe('PATCH /v1/subscription', () => {
  it('switches renewal off: the period is the last', async () => {
    const before = await own.read();
    expect(await own.update({ autoRenew: false })).toEqual({ ...before, autoRenew: false });
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({
      ...{ status: 'expired', endedAt: before.currentPeriod.end, canceledAt: null },
    });
    await expectInactive();
    await expectInvalid(own.askToUpdate({ autoRenew: true }), own.ask('pause'));
  });

  it('switches it on again', async () => {
    const before = await own.read();
    await own.update({ autoRenew: false });
    expect(await own.update({ autoRenew: true })).toEqual(before);
  });

  it.each<[pointer: string, body: object]>([
    ['/autoRenew', {}],
    ['/autoRenew', { autoRenew: 'false' }],
    ['/autoRenew', { autoRenew: null }],
    ['/status', { autoRenew: true, status: 'active' }],
  ])('refuses at %s: %j', async (pointer, body) => {
    expectFaults(await own.askToUpdate(body), pointer);
  });
});

describe('what an owner does with the subscription', () => {
  const requests: [name: string, ask: (token?: string) => Promise<Response>][] = [
    ['preview-change', (token) => post('preview-change', token, { planId: planId() })],
    ['change', (token) => post('change', token, { planId: planId() })],
    ['cancel', (token) => post('cancel', token, { when: 'now' })],
    ['uncancel', (token) => post('uncancel', token)],
    ['pause', (token) => post('pause', token)],
    ['resume', (token) => post('resume', token)],
    [
      'PATCH',
      async (token) => Promise.resolve(server.patch(SUBSCRIPTION, token, { autoRenew: false })),
    ],
  ];
  const planId = () => customer.subscription.plan.id;
  const post = (action: string, token?: string, body?: object) =>
    Promise.resolve(server.post(`${SUBSCRIPTION}/${action}`, token, body));

  it.each(requests)('%s: no other credential does', async (_, ask) => {
    const before = await own.read();
    const staff = await addStaff(server);
    for (const role of ['admin', 'member', 'viewer'] as const) {
      const { token } = await addMember(server, customer, role);
      expectProblem(await ask(token), 403, 'permission_denied');
      expect((await server.get(SUBSCRIPTION, token)).status).toBe(200);
    }
    const read = await openSupport(server, staff, customer);
    expectProblem(await ask(read.token), 403, 'support_read_only');
    const write = await openSupport(server, staff, customer, { mode: 'write' });
    expectProblem(await ask(write.token), 403, 'support_forbidden');
    expectProblem(await ask(staff.token), 403, 'wrong_credential_kind');
    expectProblem(await ask(customer.key), 403, 'wrong_credential_kind');
    expectProblem(await ask(), 401, 'unauthenticated');
    const seats = expect.any(Object) as object;
    expect(await own.read()).toEqual({ ...before, usage: { ...before.usage, seats } });
  });

  it('is done once under one Idempotency-Key', async () => {
    const pause = () =>
      server.post(`${SUBSCRIPTION}/pause`, customer.token).set('idempotency-key', 'pause');
    const [first, second] = [await pause(), await pause()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('changes nothing of another business', async () => {
    const other = await signUp(server);
    const before = await own.read();
    await new OwnSubscription(server, other).act('cancel', { when: 'now' });
    expect(await own.read()).toEqual(before);
  });
});
