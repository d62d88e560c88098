import * as fc from 'fast-check';
import type Stripe from 'stripe';
import { clientOf, createPrice, startStripe, subscribe } from '../test/fixtures';
import type { LocalStripe } from './local-stripe';
import { computeShare } from './proration';

const RUNS = 40;
const DAY_SECONDS = 86_400;

describe('the share of what is left', () => {
  const period = { start: 1_000, end: 1_000 + 31 * DAY_SECONDS };
  const moment = fc.integer({ min: period.start, max: period.end });
  const amount = fc.integer({ min: 0, max: 99_999_999 });

  it('is all at the beginning, nothing at the end, and never differs by a whole unit', () => {
    fc.assert(
      fc.property(amount, moment, (whole, at) => {
        const exact = (whole * (period.end - at)) / (period.end - period.start);
        expect(Math.abs(computeShare(whole, at, period) - exact)).toBeLessThanOrEqual(0.501);
        expect(computeShare(whole, period.start, period)).toBe(whole);
        expect(computeShare(whole, period.end, period)).toBe(0);
      }),
    );
  });

  it('grows with the amount and shrinks with time', () => {
    fc.assert(
      fc.property(amount, moment, moment, (whole, one, other) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        const [more, less] = [early, late].map((at) => computeShare(whole, at, period));
        expect(more).toBeGreaterThanOrEqual(less!);
        expect(computeShare(whole + 1, early, period)).toBeGreaterThanOrEqual(more!);
      }),
    );
  });
});

describe('a preview', () => {
  let stripe: LocalStripe;
  let client: Stripe;
  beforeAll(async () => {
    stripe = await startStripe();
    client = clientOf(stripe);
  });
  afterAll(() => stripe.close());

  const cases = fc.record({
    from: fc.integer({ min: 0, max: 50_000 }),
    to: fc.integer({ min: 0, max: 50_000 }),
    yearly: fc.boolean(),
    behavior: fc.constantFrom('none', 'create_prorations', 'always_invoice'),
    waits: fc.integer({ min: 0, max: 27 * DAY_SECONDS }),
    cardIsGood: fc.boolean(),
  });
  const shown = ({ lines, total, subtotal, amount_due, starting_balance }: Stripe.Invoice) => ({
    total,
    subtotal,
    amount_due,
    starting_balance,
    lines: lines.data.map(({ amount, description, period, parent }) => ({
      amount,
      description,
      period,
      proration: parent?.subscription_item_details?.proration,
    })),
  });

  it('says to the cent what the update and the renewal after it come to', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ from, to, yearly, behavior, waits, cardIsGood }) => {
        const { subscription, item, customer } = await subscribe(stripe, client, { amount: from });
        if (!cardIsGood) stripe.setCard(customer, 'declined');
        const price = await createPrice(client, to, yearly ? 'year' : 'month');
        stripe.advanceBy(waits * 1000);
        const change = {
          items: [{ id: item.id, price: price.id }],
          proration_behavior: behavior as 'none',
          proration_date: item.current_period_start + waits,
        };
        const preview = await client.invoices.createPreview({
          subscription: subscription.id,
          subscription_details: change,
        });
        const updated = await client.subscriptions.update(subscription.id, change);
        if (updated.latest_invoice === subscription.latest_invoice)
          stripe.advanceTo(new Date(item.current_period_end * 1000));
        const [real] = (await client.invoices.list({ subscription: subscription.id })).data;
        expect(real?.id).not.toBe(subscription.latest_invoice);
        expect(shown(preview)).toEqual(shown(real!));
        await client.customers.del(customer);
      }),
      { numRuns: RUNS },
    );
  });

  it('of a subscription that is not there yet says what a checkout comes to', async () => {
    const price = await createPrice(client, 4_900);
    const { id: customer } = await client.customers.create();
    const preview = await client.invoices.createPreview({
      customer,
      subscription_details: { items: [{ price: price.id }] },
    });
    expect(preview).toMatchObject({ total: 4_900, billing_reason: 'subscription_create' });
    expect((await client.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
  });

  it('leaves no trace', async () => {
    const { subscription, item } = await subscribe(stripe, client);
    const price = await createPrice(client, 4_900);
    const before = [stripe.events.length, stripe.state.invoices.all().length];
    await client.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: {
        items: [{ id: item.id, price: price.id }],
        proration_behavior: 'always_invoice',
      },
    });
    expect([stripe.events.length, stripe.state.invoices.all().length]).toEqual(before);
    expect(stripe.state.subscriptions.get(subscription.id)).toMatchObject({
      items: { data: [{ price: { id: item.price.id } }] },
    });
  });
});
