import type Stripe from 'stripe';
import { at, idOf, toMetadata, toSeconds, toTruth, type StripeTruth } from './stripe-truth';

const START = 1_801_389_600;
const END = START + 31 * 86_400;

/** What Stripe says of a monthly subscription that runs, as far as it is read. */
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

describe('toTruth', () => {
  it('reads the period from the item, where it stands', () => {
    expect(toTruth(said())).toEqual({
      ...{ id: 'sub_1', customerId: 'cus_1', itemId: 'si_1', priceId: 'price_1', state: 'paid' },
      ...{ period: { start: at(START), end: at(END) }, anchor: at(START) },
      ...{ isOnTrial: false, isMoved: false, isPaused: false, endsWithPeriod: false },
      ...{ canceledAt: null, endedAt: null, businessId: null },
      intent: {
        ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
        ...{ isCanceled: false, paidPriceId: null },
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
    expect(toTruth(said({ status })).state).toBe(state);
  });

  it('does not guess what an unknown status means', () => {
    expect(() => toTruth(said({ status: 'frozen' }))).toThrow('frozen, which is not known');
  });

  it('knows a trial from a period whose end was moved', () => {
    const trial = { status: 'trialing', trial_start: START };
    const kinds = ({ isOnTrial, isMoved }: StripeTruth) => ({ isOnTrial, isMoved });
    expect(kinds(toTruth(said(trial)))).toEqual({ isOnTrial: true, isMoved: false });
    const moved = said({ ...trial, start_date: START - 86_400 });
    expect(kinds(toTruth(moved))).toEqual({ isOnTrial: false, isMoved: true });
    const over = said({ ...trial, status: 'active' });
    expect(kinds(toTruth(over))).toEqual({ isOnTrial: false, isMoved: false });
  });

  it.each([
    [{ cancel_at_period_end: true }, true],
    [{ cancel_at: END }, true], // as the portal says it
    [{ cancel_at: END - 1 }, true],
    [{ cancel_at: END + 1 }, false],
  ])('with %j, it ends with its period: %p', (changes, ends) => {
    expect(toTruth(said(changes)).endsWithPeriod).toBe(ends);
  });

  it('knows a pause, a cancellation and an end', () => {
    const pause_collection = { behavior: 'void', resumes_at: null };
    const truth = toTruth(said({ pause_collection, canceled_at: START + 1, ended_at: START + 2 }));
    expect(truth).toMatchObject({
      isPaused: true,
      canceledAt: at(START + 1),
      endedAt: at(START + 2),
    });
  });

  it('takes a customer by its id, or whole', () => {
    expect(toTruth(said({ customer: { id: 'cus_2' } })).customerId).toBe('cus_2');
    expect(idOf('cus_3')).toBe('cus_3');
  });
});

describe('an intent', () => {
  const nothing = {
    ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
    ...{ isCanceled: false, paidPriceId: null },
  };
  it.each([
    {},
    { nextPlanId: 'plan' },
    { nextPlanId: 'plan', nextFrom: at(END) },
    { resumedUntil: at(END) },
    { isNotRenewed: true },
  ])('%j comes back as it was written', (intent) => {
    const metadata = toMetadata(intent) as Stripe.Metadata;
    expect(toTruth(said({ metadata })).intent).toEqual({ ...nothing, ...intent });
  });

  it('is written in whole, so that an earlier one is taken away', () => {
    expect(toMetadata({})).toEqual({
      next_plan_id: '',
      next_from: '',
      resumed_until: '',
      auto_renew: '',
      canceled: '',
      paid_price_id: '',
    });
  });
});

it('counts whole seconds, downwards', () => {
  expect(toSeconds(new Date(START * 1000 + 999))).toBe(START);
});
