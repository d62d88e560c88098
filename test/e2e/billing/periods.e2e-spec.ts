import { DateTime } from 'luxon';
import { RequestContext } from '../../../src/common/request-context';
import { UnseenPeriodsCron } from '../../../src/modules/billing/sync/unseen-periods.cron';
import { TimeShiftService } from '../../../src/modules/ops/time-shift.service';
import { BillingWorld, DAY_MS, HOUR_MS } from '../../support/billing';
import type { Customer } from '../../support/customers';
import { sendRecording, storeRecordings } from '../../product/support/recordings';
import { readClosedPeriods, readCount, readSubscription } from '../../support/subscriptions';
import { WEBHOOK_PATH, subscriptionAt } from '../../support/webhooks';

// Who has paid at Stripe has Stripe's periods. We never begin one by ourselves: without news of a payment it is missing.

const JOB = RequestContext.job('test.periods');
const MINUTE_MS = 60_000;

let world: BillingWorld;
let customer: Customer;

beforeAll(async () => {
  world = await BillingWorld.start({ sessionIdleHours: 100_000, sessionAbsoluteDays: 3650 });
});

afterAll(() => world.stop());

beforeEach(async () => {
  hear();
  customer = await world.subscribe();
});
afterEach(() => world.endSubscriptions());

const loseEvents = () => world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'dropped');
const hear = () => world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'in_order');

async function lookForUnseen(): Promise<void> {
  await world.server.app.get(UnseenPeriodsCron).enqueueAll(JOB);
  await world.settle();
}

/** Lets time pass until so long after the end of the period at Stripe. */
async function passTo(afterMs: number, end?: Date): Promise<void> {
  const { items } = await subscriptionAt(world, customer);
  const endMs = end?.getTime() ?? items.data[0]!.current_period_end * 1000;
  await world.pass(endMs + afterMs - world.stripe.clock.now.getTime());
}

async function periodAtStripe(): Promise<{ start: Date; end: Date }> {
  const item = (await subscriptionAt(world, customer)).items.data[0]!;
  const { current_period_start: start, current_period_end: end } = item;
  return { start: new Date(start * 1000), end: new Date(end * 1000) };
}

const read = () => readSubscription(world.server.database, customer.business.id);
const closed = () => readClosedPeriods(world.server.database, customer.business.id);

async function expectToRecord(status: number): Promise<void> {
  expect((await sendRecording(world.server, customer)).status).toBe(status);
}

describe('a renewal', () => {
  it('begins the next period exactly where Stripe does, with nothing used', async () => {
    await storeRecordings(world.server, customer, 5);
    const first = await read();
    expect(first.periodEnd).toEqual((await periodAtStripe()).end);
    await passTo(90 * MINUTE_MS);

    const second = await read();
    expect(second).toMatchObject({ status: 'active', periodOrdinal: 2, id: first.id });
    expect([second.periodStart, second.periodEnd]).toEqual(Object.values(await periodAtStripe()));
    expect((await closed()).at(-1)).toEqual({
      ...{ ordinal: 1, start: first.periodStart, end: first.periodEnd, used: 5 },
    });
    const usage = await readCount(world.server.database, customer.business.id);
    expect(usage).toEqual({ counter: 0, rows: 0 });
  });

  it('is never made by the cron: for two hours it waits for news, then the payment is missing', async () => {
    loseEvents();
    const before = await read();
    await passTo(0);
    await world.renew();
    expect(await read()).toEqual(before);
    await expectToRecord(201); // at the boundary it continues
    await passTo(110 * MINUTE_MS, before.periodEnd);
    await world.renew();
    expect(await read()).toEqual(before);
    await expectToRecord(201);

    await passTo(121 * MINUTE_MS, before.periodEnd);
    await world.renew();
    expect(await read()).toEqual({ ...before, status: 'past_due' });
    await expectToRecord(201);
    expect(await closed()).toHaveLength(1); // that of the free plan

    await lookForUnseen(); // the event was lost, the payment was not
    expect(await read()).toMatchObject({ status: 'active', periodOrdinal: 2 });
    expect((await read()).periodEnd).toEqual((await periodAtStripe()).end);
  });

  it('that was lost is made up for, and Stripe is not asked again and again', async () => {
    loseEvents();
    await passTo(90 * MINUTE_MS);
    await lookForUnseen();
    expect(await read()).toMatchObject({ status: 'active', periodOrdinal: 2 });
    expect(await world.server.app.get(UnseenPeriodsCron).enqueueAll(JOB)).toBe(0);
  });

  it('closes several that were missed in order, each where it ended', async () => {
    loseEvents();
    const first = await read();
    const ends = [first.periodEnd];
    for (let month = 0; month < 3; month += 1) {
      await passTo(90 * MINUTE_MS);
      ends.push((await periodAtStripe()).end);
    }
    expect((await read()).periodOrdinal).toBe(1);
    await lookForUnseen();
    const now = await read();
    expect(now).toMatchObject({ status: 'active', periodOrdinal: 4, periodEnd: ends[3] });
    const kept = (await closed()).filter(({ start }) => start >= first.periodStart);
    expect(kept.map(({ ordinal, end }) => [ordinal, end])).toEqual([
      [1, ends[0]],
      [2, ends[1]],
      [3, ends[2]],
    ]);
  });
});

it('a subscription of the 31st has the ends of fourteen months as Stripe counts them', async () => {
  const today = DateTime.fromJSDate(world.stripe.clock.now, { zone: 'utc' });
  const day = [0, 1, 2]
    .map((months) => today.startOf('month').plus({ months }).endOf('month').startOf('hour'))
    .find((end) => end.day === 31 && end > today.plus({ days: 1 }))!;
  await world.pass(day.toMillis() - world.stripe.clock.now.getTime());
  customer = await world.subscribe();
  const anchor = DateTime.fromSeconds(
    (await subscriptionAt(world, customer)).billing_cycle_anchor,
    {
      zone: 'utc',
    },
  );
  expect(anchor.day).toBe(31);
  for (let month = 1; month <= 14; month += 1) {
    const { periodEnd, periodOrdinal } = await read();
    expect([periodOrdinal, periodEnd]).toEqual([month, anchor.plus({ months: month }).toJSDate()]);
    expect(periodEnd).toEqual((await periodAtStripe()).end);
    await passTo(90 * MINUTE_MS);
  }
  const periods = await closed();
  for (const [index, { start }] of periods.slice(1).entries())
    expect(start).toEqual(periods[index]!.end);
});

describe('a payment that fails', () => {
  beforeEach(async () => {
    world.stripe.setCard(await world.stripeCustomer(customer), 'declined');
    await passTo(90 * MINUTE_MS);
  });

  it('leaves seven days of grace, then the default plan', async () => {
    const { periodStart } = await read();
    expect(await read()).toMatchObject({ status: 'past_due', periodOrdinal: 2 });
    await expectToRecord(201);
    await passTo(7 * DAY_MS - HOUR_MS, periodStart);
    await world.renew();
    expect((await read()).status).toBe('past_due');
    await expectToRecord(201);

    await passTo(7 * DAY_MS + MINUTE_MS, periodStart);
    await world.renew();
    expect(await world.subscription(customer)).toMatchObject({
      ...{ status: 'active', plan: { slug: 'free' } },
      usage: { recordings: { used: 2 } }, // no new quota by falling back
    });
    expect((await closed()).at(-1)!.end).toEqual(new Date(periodStart.getTime() + 7 * DAY_MS));
  });

  it('ends the subscription instead, where the plan says so; ingestion finds out by itself', async () => {
    const { database } = world.server;
    await database.query(`UPDATE plans SET after_grace = 'expire' WHERE slug = 'pro'`);
    const { periodStart } = await read();
    await passTo(7 * DAY_MS + MINUTE_MS, periodStart);
    await expectToRecord(403); // no cron has come
    await database.query(`UPDATE plans SET after_grace = 'default_plan' WHERE slug = 'pro'`);
    const end = new Date(periodStart.getTime() + 7 * DAY_MS);
    expect(await read()).toMatchObject({ status: 'expired', endedAt: end, periodEnd: end });
  });

  it('and is made within the grace restores the subscription at once', async () => {
    const customerId = await world.stripeCustomer(customer);
    const before = await read();
    await world.pass(DAY_MS);
    world.stripe.setCard(customerId, 'good');
    world.stripe.payOpenInvoice(customerId);
    await world.settle();
    expect(await read()).toEqual({ ...before, status: 'active' });
    await expectToRecord(201);
  });

  it('and is made after the grace starts a new subscription with the rest of the period', async () => {
    const customerId = await world.stripeCustomer(customer);
    const before = await read();
    await passTo(7 * DAY_MS + HOUR_MS, before.periodStart);
    await world.renew();
    expect(await world.subscription(customer)).toMatchObject({ plan: { slug: 'free' } });
    world.stripe.setCard(customerId, 'good');
    world.stripe.payOpenInvoice(customerId);
    await world.settle();
    const after = await read();
    expect(after).toMatchObject({ status: 'active', periodEnd: before.periodEnd });
    expect(after.id).not.toBe(before.id);
    expect((await world.subscription(customer)).plan.slug).toBe('pro');
  });
});

describe('a trial', () => {
  beforeEach(async () => {
    await world.server.database.query(`UPDATE plans SET trial_days = 14 WHERE slug = 'pro'`);
    customer = await world.subscribe();
  });

  afterEach(async () => {
    await world.server.database.query(`UPDATE plans SET trial_days = 0 WHERE slug = 'pro'`);
  });

  it('grants what the plan has, and is followed by a period that is paid for', async () => {
    const trial = await world.subscription(customer);
    expect(trial).toMatchObject({
      ...{ status: 'trialing', plan: { slug: 'pro' }, currentPeriod: { ordinal: 0 } },
      trialEndsAt: (await periodAtStripe()).end.toISOString(),
    });
    await expectToRecord(201);
    await passTo(90 * MINUTE_MS);
    const { start, end } = await periodAtStripe();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'active',
      currentPeriod: { ordinal: 1, start: start.toISOString(), end: end.toISOString() },
    });
  });

  it('whose card is declined at its end has the grace, then the default plan', async () => {
    world.stripe.setCard(await world.stripeCustomer(customer), 'declined');
    await passTo(90 * MINUTE_MS);
    expect(await world.subscription(customer)).toMatchObject({ status: 'past_due' });
    await world.pass(7 * DAY_MS);
    await world.renew();
    expect(await world.subscription(customer)).toMatchObject({
      ...{ status: 'active', plan: { slug: 'free' } },
    });
  });

  it.each([
    ['pause', { status: 'active', plan: { slug: 'free' } }],
    ['cancel', { status: 'canceled', plan: { slug: 'pro' } }],
  ] as const)(
    'without a card at its end, where Stripe is set to %s it',
    async (behavior, expected) => {
      await takeCardAway(behavior);
      await passTo(90 * MINUTE_MS);
      expect(await world.subscription(customer)).toMatchObject(expected);
    },
  );

  async function takeCardAway(behavior: 'pause' | 'cancel'): Promise<void> {
    const { subscriptions, customers } = world.stripe.state;
    const row = await subscriptionAt(world, customer);
    const settings = { missing_payment_method: behavior, billing_cycle_anchor: null };
    const trial_settings = { end_behavior: settings };
    subscriptions.put({ ...row, default_payment_method: null, trial_settings });
    const person = customers.get(row.customer as string);
    if (person.deleted) throw new Error('the customer is there');
    const invoice_settings = { ...person.invoice_settings, default_payment_method: null };
    customers.put({ ...person, invoice_settings });
  }
});

it('a first payment that is missing grants nothing, and neither does its end', async () => {
  const customerOfNone = await world.subscribe('pro', 'declined');
  customer = customerOfNone;
  expect((await subscriptionAt(world, customer)).status).toBe('incomplete');
  expect(await world.subscription(customer)).toMatchObject({ plan: { slug: 'free' } });
  await world.pass(DAY_MS);
  expect((await subscriptionAt(world, customer)).status).toBe('incomplete_expired');
  expect(await world.subscription(customer)).toMatchObject({
    status: 'active',
    plan: { slug: 'free' },
  });
});

it('a business that is moved into the past waits for the same news as ever', async () => {
  const context = JOB.with({ businessId: customer.business.id });
  const before = await read();
  const days = Math.ceil((+before.periodEnd - +world.stripe.clock.now) / DAY_MS) + 1;
  await world.server.app.get(TimeShiftService).shift(context, days);
  await world.renew();
  expect(await read()).toMatchObject({ status: 'past_due', periodOrdinal: 1 });
  await world.pass(31 * MINUTE_MS); // Stripe was asked a moment ago, and is not again for half an hour
  await lookForUnseen(); // it has not moved: its period is the snapshot
  expect(await read()).toMatchObject({ status: 'active', periodEnd: before.periodEnd });
});
