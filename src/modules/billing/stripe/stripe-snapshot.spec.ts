import type Stripe from 'stripe';
import {
  fromUnixSeconds,
  idOf,
  readAll,
  toMetadata,
  toSeconds,
  toStripeSnapshot,
  UnknownAtStripe,
  type StripeSnapshot,
} from './stripe-snapshot';

const START = 1_801_389_600;
const END = START + 31 * 86_400;

/** A current monthly subscription as Stripe returns it, as far as it is read. */
function said(changes: object = {}): Stripe.Subscription {
  const price = { id: 'price_1' };
  const item = { id: 'si_1', price, current_period_start: START, current_period_end: END };
  return {
    ...{ id: 'sub_1', customer: 'cus_1', status: 'active', items: { data: [item] } },
    ...{ billing_cycle_anchor: START, start_date: START, trial_start: null },
    ...{ pause_collection: null, cancel_at_period_end: false, cancel_at: null },
    ...{ canceled_at: null, ended_at: null, metadata: {}, ...changes },
  } as unknown as Stripe.Subscription;
}

describe('toStripeSnapshot', () => {
  it('reads the period from the item, where it stands', () => {
    expect(toStripeSnapshot(said())).toEqual({
      ...{ id: 'sub_1', customerId: 'cus_1', itemId: 'si_1', priceId: 'price_1', state: 'paid' },
      ...{
        period: { start: fromUnixSeconds(START), end: fromUnixSeconds(END) },
        anchor: fromUnixSeconds(START),
      },
      ...{ isOnTrial: false, isMoved: false, isPaused: false, endsWithPeriod: false },
      ...{ endsBy: null, cancelAt: null, isScheduled: false },
      ...{ canceledAt: null, endedAt: null, businessId: null },
      intent: {
        ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
        ...{ isCanceled: false, endReason: null, paidPriceId: null },
      },
    });
  });

  it.each([
    ['incomplete', 'unstarted'],
    ['incomplete_expired', 'ended'],
    ['trialing', 'paid'],
    ['active', 'paid'],
    ['past_due', 'unpaid'],
    ['unpaid', 'unpaid'],
    ['paused', 'trial_unpaid'],
    ['canceled', 'ended'],
  ])('%s is %s', (status, state) => {
    expect(toStripeSnapshot(said({ status })).state).toBe(state);
  });

  const item = said().items.data[0]!;
  const withPrice = (lookup_key: string, id: string) => ({
    ...item,
    id,
    price: { id, lookup_key },
  });

  it.each([
    [{ status: 'frozen' }, 'the status frozen'],
    [{ status: 'constructor' }, 'the status constructor'],
    [{ status: null }, 'the status null'],
    [{ items: { data: [] } }, 'no item with a price'],
    [{ items: null }, 'no item with a price'],
    [{ items: { data: [{ ...item, price: null }] } }, 'no item with a price'],
    [
      { items: { data: [{ ...item, current_period_end: null }] } },
      'null as its current_period_end',
    ],
    [{ billing_cycle_anchor: undefined }, 'undefined as its billing_cycle_anchor'],
    [{ customer: null }, 'no customer'],
    [
      { items: { data: [withPrice('tenantry_1_1', 'a'), withPrice('tenantry_2_1', 'b')] } },
      'the prices of two plans',
    ],
  ])('does not guess what %j means', (changes, what) => {
    const refused = () => toStripeSnapshot(said(changes));
    expect(refused).toThrow(UnknownAtStripe);
    expect(refused).toThrow(`sub_1 at Stripe has ${what}, which is not known here`);
  });

  it.each([{ metadata: null }, { canceled_at: undefined }, { pause_collection: undefined }])(
    'reads %j as nothing',
    (changes) => {
      expect(toStripeSnapshot(said(changes))).toEqual(toStripeSnapshot(said()));
    },
  );

  it('passes over what staff have added beside the plan', () => {
    const added = { ...item, id: 'si_2', price: { id: 'price_2', lookup_key: null } };
    const sold = withPrice('tenantry_plan_1', 'si_3');
    const snapshot = toStripeSnapshot(said({ items: { data: [added, sold] } }));
    expect(snapshot).toMatchObject({ itemId: 'si_3', priceId: 'si_3' });
  });

  it('of many, one that is not known hides none', () => {
    const { snapshots, unknown } = readAll([said({ id: 'sub_0', status: 'frozen' }), said()]);
    expect(snapshots.map(({ id }) => id)).toEqual(['sub_1']);
    expect(unknown.map(({ subscriptionId }) => subscriptionId)).toEqual(['sub_0']);
  });

  it('knows a trial from a period whose end was moved', () => {
    const trial = { status: 'trialing', trial_start: START };
    const kinds = ({ isOnTrial, isMoved }: StripeSnapshot) => ({ isOnTrial, isMoved });
    expect(kinds(toStripeSnapshot(said(trial)))).toEqual({ isOnTrial: true, isMoved: false });
    const moved = said({ ...trial, start_date: START - 86_400 });
    expect(kinds(toStripeSnapshot(moved))).toEqual({ isOnTrial: false, isMoved: true });
    const over = said({ ...trial, status: 'active' });
    expect(kinds(toStripeSnapshot(over))).toEqual({ isOnTrial: false, isMoved: false });
  });

  it.each([
    [{ cancel_at_period_end: true }, true, 'period', null],
    [{ cancel_at_period_end: true, cancel_at: END }, true, 'period', null],
    [{ cancel_at: END }, true, 'date', fromUnixSeconds(END)], // as the portal says it
    [{ cancel_at: END - 1 }, true, 'date', fromUnixSeconds(END - 1)],
    [{ cancel_at: END + 1 }, false, 'date', fromUnixSeconds(END + 1)],
    [{ cancel_at: undefined }, false, null, null],
  ])('with %j, it ends with its period: %p, by %p', (changes, endsWithPeriod, endsBy, cancelAt) => {
    expect(toStripeSnapshot(said(changes))).toMatchObject({ endsWithPeriod, endsBy, cancelAt });
  });

  it.each([
    [{ schedule: 'sub_sched_1' }, true],
    [{ schedule: { id: 'sub_sched_1' } }, true],
    [{ schedule: null }, false],
  ])('with %j, a schedule decides: %p', (changes, isScheduled) => {
    expect(toStripeSnapshot(said(changes)).isScheduled).toBe(isScheduled);
  });

  it('knows a pause, a cancellation and an end', () => {
    const pause_collection = { behavior: 'void', resumes_at: null };
    const snapshot = toStripeSnapshot(
      said({ pause_collection, canceled_at: START + 1, ended_at: START + 2 }),
    );
    expect(snapshot).toMatchObject({
      isPaused: true,
      canceledAt: fromUnixSeconds(START + 1),
      endedAt: fromUnixSeconds(START + 2),
    });
  });

  it('takes a customer by its id, or whole', () => {
    expect(toStripeSnapshot(said({ customer: { id: 'cus_2' } })).customerId).toBe('cus_2');
    expect(idOf('cus_3')).toBe('cus_3');
  });
});

describe('an intent', () => {
  const nothing = {
    ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
    ...{ isCanceled: false, endReason: null, paidPriceId: null },
  };
  it.each([
    {},
    { nextPlanId: 'plan' },
    { nextPlanId: 'plan', nextFrom: fromUnixSeconds(END) },
    { resumedUntil: fromUnixSeconds(END) },
    { isNotRenewed: true },
    { endReason: 'plan_free' as const },
  ])('%j comes back as it was written', (intent) => {
    const metadata = toMetadata(intent) as Stripe.Metadata;
    expect(toStripeSnapshot(said({ metadata })).intent).toEqual({ ...nothing, ...intent });
  });

  it.each(['soon', '1e400', '-1e15', ''])('with %j for a time, has none', (text) => {
    const metadata = { next_from: text, resumed_until: text };
    expect(toStripeSnapshot(said({ metadata })).intent).toMatchObject({
      nextFrom: null,
      resumedUntil: null,
    });
  });

  it('is written in whole, so that an earlier one is taken away', () => {
    expect(toMetadata({})).toEqual({
      next_plan_id: '',
      next_from: '',
      resumed_until: '',
      auto_renew: '',
      canceled: '',
      end_reason: '',
      paid_price_id: '',
    });
  });
});

it('counts whole seconds, downwards', () => {
  expect(toSeconds(new Date(START * 1000 + 999))).toBe(START);
});
