import type Stripe from 'stripe';
import { clientOf, DAY_MS, startStripe, subscribe } from '../test/fixtures';
import { boundary, periodAt } from './billing-period';
import type { LocalStripe } from './local-stripe';

const HOUR_MS = 3_600_000;
const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
const recurring = (interval: Stripe.Price.Recurring.Interval, interval_count = 1) =>
  ({ interval, interval_count }) as Stripe.Price.Recurring;

describe('periods', () => {
  it.each([
    ['2027-01-31', 'month', 1, ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']],
    ['2027-10-30', 'month', 2, ['2027-10-30', '2027-12-30', '2028-02-29', '2028-04-30']],
    [
      '2028-02-29',
      'year',
      1,
      ['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
    ],
    ['2027-12-31', 'week', 2, ['2027-12-31', '2028-01-14', '2028-01-28']],
    ['2028-02-28', 'day', 1, ['2028-02-28', '2028-02-29', '2028-03-01']],
  ] as const)('from %s every %s × %i are counted from there', (start, unit, count, days) => {
    const anchor = Date.parse(start) / 1000;
    const rhythm = recurring(unit, count);
    expect(days.map((_, n) => day(boundary(anchor, rhythm, n)))).toEqual(days);
    days.slice(1).forEach((end, n) => {
      const period = { start: boundary(anchor, rhythm, n), end: Date.parse(end) / 1000 };
      expect(periodAt(anchor, rhythm, period.start)).toEqual(period);
      expect(periodAt(anchor, rhythm, period.end - 1)).toEqual(period);
    });
  });
});

describe('a renewal', () => {
  let stripe: LocalStripe;
  let client: Stripe;
  const start = async (options: Parameters<typeof startStripe>[0] = {}) => {
    stripe = await startStripe({ now: new Date('2027-01-31T10:00:00Z'), ...options });
    client = clientOf(stripe);
    return subscribe(stripe, client);
  };
  afterEach(() => stripe.close());
  const advanceTo = (moment: string) => stripe.advanceTo(new Date(moment));
  const statusOf = async (id: string) => (await client.subscriptions.retrieve(id)).status;

  it('moves the period, drafts an invoice, and collects it an hour later', async () => {
    const { subscription, customer } = await start();
    advanceTo('2027-02-28T10:00:00Z');
    const [draft] = (await client.invoices.list({ customer })).data;
    expect(draft).toMatchObject({
      status: 'draft',
      billing_reason: 'subscription_cycle',
      amount_due: 1_000,
    });
    expect((await client.subscriptions.retrieve(subscription.id)).items.data[0]).toMatchObject({
      current_period_start: Date.parse('2027-02-28T10:00:00Z') / 1000,
      current_period_end: Date.parse('2027-03-31T10:00:00Z') / 1000,
    });
    stripe.advanceBy(HOUR_MS - 1_000);
    expect((await client.invoices.retrieve(draft!.id)).status).toBe('draft');
    stripe.advanceBy(1_000);
    expect((await client.invoices.retrieve(draft!.id)).status).toBe('paid');
  });

  it('happens as often as it is due, and each event at its time', async () => {
    const { customer } = await start();
    advanceTo('2027-06-30T11:00:00Z');
    const invoices = await client.invoices.list({ customer });
    expect(invoices.data.map(({ created }) => day(created)).reverse()).toEqual([
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
      '2027-04-30',
      '2027-05-31',
      '2027-06-30',
    ]);
    const times = stripe.events.map(({ created }) => created);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('that is declined is tried again after 3, 5 and 7 days, and then canceled', async () => {
    const { subscription, customer } = await start();
    stripe.setCard(customer, 'declined');
    advanceTo('2027-02-28T11:00:00Z');
    expect(await statusOf(subscription.id)).toBe('past_due');
    stripe.advanceBy(8 * DAY_MS);
    expect(await statusOf(subscription.id)).toBe('past_due');
    stripe.advanceBy(7 * DAY_MS);
    expect(await client.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    const failures = stripe.events.filter(({ type }) => type === 'invoice.payment_failed');
    expect(failures.map(({ created }) => day(created))).toEqual([
      '2027-02-28',
      '2027-03-03',
      '2027-03-08',
      '2027-03-15',
    ]);
  });

  it('that is paid at the second attempt makes it active again', async () => {
    const { subscription, customer } = await start();
    stripe.setCard(customer, 'declined');
    advanceTo('2027-02-28T11:00:00Z');
    stripe.setCard(customer, 'good');
    stripe.advanceBy(3 * DAY_MS);
    expect(await statusOf(subscription.id)).toBe('active');
    const [invoice] = (await client.invoices.list({ customer })).data;
    expect(invoice).toMatchObject({ status: 'paid', attempt_count: 2 });
  });

  it.each(['unpaid', 'past_due'] as const)('may leave it %s instead', async (afterRetries) => {
    const { subscription, customer } = await start({ afterRetries, retryAfterDays: [1] });
    stripe.setCard(customer, 'declined');
    advanceTo('2027-03-02T11:00:00Z');
    expect(await statusOf(subscription.id)).toBe(afterRetries);
    const [invoice] = (await client.invoices.list({ customer })).data;
    await expect(client.invoices.pay(invoice!.id)).rejects.toMatchObject({ statusCode: 402 });
    expect((await client.invoices.retrieve(invoice!.id)).attempt_count).toBe(3);
    stripe.setCard(customer, 'good');
    expect((await client.invoices.pay(invoice!.id)).status).toBe('paid');
    expect(await statusOf(subscription.id)).toBe('active');
  });

  it('is seen in a preview before it comes, if it comes', async () => {
    const { subscription } = await start();
    const preview = await client.invoices.createPreview({ subscription: subscription.id });
    expect(preview).toMatchObject({ total: 1_000, billing_reason: 'subscription_cycle' });
    expect(stripe.state.invoices.all()).toHaveLength(1);
    const ending = client.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { cancel_at_period_end: true },
    });
    await expect(ending).rejects.toMatchObject({ code: 'invoice_upcoming_none' });
    expect((await client.subscriptions.retrieve(subscription.id)).cancel_at_period_end).toBe(false);
  });

  it('comes at the click of a button, for people', async () => {
    const { subscription } = await start({ live: true });
    const body = new URLSearchParams({ action: String(29 * 86_400) });
    await fetch(`${stripe.url}/clock`, { method: 'POST', body, redirect: 'manual' });
    expect(stripe.state.invoices.all().map(({ status }) => status)).toEqual(['paid', 'paid']);
    expect(await statusOf(subscription.id)).toBe('active');
  });
});
