import type Stripe from 'stripe';
import {
  clientOf,
  createPrice,
  DAY_MS,
  openCheckout,
  START,
  startStripe,
  subscribe,
} from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

let stripe: LocalStripe;
let client: Stripe;
let price: Stripe.Price;

beforeEach(async () => {
  stripe = await startStripe();
  client = clientOf(stripe);
  price = await createPrice(client, 1_000);
});
afterEach(() => stripe.close());

const startSeconds = START.getTime() / 1000;

describe('a checkout with a good card', () => {
  it('ends in an active subscription with a paid invoice', async () => {
    const session = await openCheckout(client, price.id, {
      client_reference_id: 'business-1',
      metadata: { business: '1' },
      subscription_data: { metadata: { plan: 'pro' } },
    });
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 1_000,
    });
    stripe.completeCheckout(session.id, { card: 'good' });
    const done = await client.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'subscription.latest_invoice'],
    });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      client_reference_id: 'business-1',
      url: null,
    });
    const subscription = done.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({
      status: 'active',
      metadata: { plan: 'pro' },
      billing_cycle_anchor: startSeconds,
      latest_invoice: {
        status: 'paid',
        billing_reason: 'subscription_create',
        amount_paid: 1_000,
        parent: { subscription_details: { subscription: subscription.id } },
      },
    });
    expect(subscription.items.data).toMatchObject([
      {
        price: { id: price.id },
        current_period_start: startSeconds,
        current_period_end: Date.UTC(2027, 1, 28, 10) / 1000,
      },
    ]);
  });

  it('tells so in the order of what happens', async () => {
    const before = stripe.events.length;
    const session = await openCheckout(client, price.id);
    stripe.completeCheckout(session.id, { card: 'good' });
    expect(stripe.events.slice(before).map(({ type }) => type)).toEqual([
      'customer.created',
      'payment_method.attached',
      'customer.subscription.created',
      'invoice.created',
      'customer.subscription.updated',
      'invoice.finalized',
      'charge.succeeded',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
      'checkout.session.completed',
    ]);
    const [first, last] = stripe.events
      .filter(({ type }) => type === 'customer.subscription.updated')
      .map(({ data }) => data);
    expect(first?.object).toMatchObject({ status: 'incomplete' });
    expect(last).toMatchObject({
      object: { status: 'active' },
      previous_attributes: { status: 'incomplete' },
    });
  });

  it('names the payment of an invoice, and the charge behind it', async () => {
    const { subscription } = await subscribe(stripe, client);
    const invoice = await client.invoices.retrieve(subscription.latest_invoice as string, {
      expand: ['payments'],
    });
    const intent = invoice.payments?.data[0]?.payment.payment_intent as string;
    const charges = await client.charges.list({ payment_intent: intent });
    expect(charges.data).toMatchObject([{ amount: 1_000, paid: true }]);
    const payments = await client.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: intent },
    });
    expect(payments.data.map((payment) => payment.invoice)).toEqual([invoice.id]);
  });
});

describe('a checkout with a card that is declined', () => {
  it('leaves an incomplete subscription and lets the customer try again', async () => {
    const session = await openCheckout(client, price.id);
    expect(stripe.completeCheckout(session.id, { card: 'declined' }).status).toBe('open');
    const customer = session.customer as string;
    const [incomplete] = (await client.subscriptions.list({ customer })).data;
    expect(incomplete?.status).toBe('incomplete');
    expect(stripe.events.map(({ type }) => type)).toContain('invoice.payment_failed');

    const done = stripe.completeCheckout(session.id, { card: 'good' });
    expect(done).toMatchObject({ status: 'complete', subscription: incomplete?.id });
    expect((await client.subscriptions.retrieve(incomplete!.id)).status).toBe('active');
  });

  it('is given up after 23 hours', async () => {
    const session = await openCheckout(client, price.id);
    stripe.completeCheckout(session.id, { card: 'declined' });
    stripe.advanceBy(DAY_MS);
    const list = await client.subscriptions.list({ status: 'incomplete_expired' });
    expect(list.data).toHaveLength(1);
    const invoices = await client.invoices.list({ status: 'void' });
    expect(invoices.data.map(({ id }) => id)).toEqual([list.data[0]?.latest_invoice]);
  });
});

describe('a checkout with a trial', () => {
  const withTrial = (days: number): Partial<Stripe.Checkout.SessionCreateParams> => ({
    subscription_data: {
      trial_period_days: days,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    },
    payment_method_collection: 'if_required',
  });

  it('costs nothing until the trial ends', async () => {
    const { subscription, customer } = await subscribe(stripe, client, {}, withTrial(14));
    expect(subscription).toMatchObject({
      status: 'trialing',
      trial_end: startSeconds + 14 * 86_400,
    });
    expect(stripe.state.charges.all()).toEqual([]);
    stripe.advanceBy(14 * DAY_MS + 3_600_000);
    expect((await client.subscriptions.retrieve(subscription.id)).status).toBe('active');
    const invoices = await client.invoices.list({ customer });
    expect(invoices.data.map(({ total, status }) => [total, status])).toEqual([
      [1_000, 'paid'],
      [0, 'paid'],
    ]);
  });

  it('is announced three days before its end, once', async () => {
    await subscribe(stripe, client, {}, withTrial(14));
    stripe.advanceBy(10 * DAY_MS);
    const announced = () =>
      stripe.events.filter(({ type }) => type === 'customer.subscription.trial_will_end');
    expect(announced()).toHaveLength(0);
    stripe.advanceBy(3 * DAY_MS);
    expect(announced().map(({ created }) => created)).toEqual([startSeconds + 11 * 86_400]);
  });

  const pauseAtEnd = async () => {
    const session = await openCheckout(client, price.id, withTrial(14));
    const { subscription, customer } = stripe.completeCheckout(session.id, { card: 'none' });
    stripe.advanceBy(60 * DAY_MS);
    const { id, status } = await client.subscriptions.retrieve(subscription as string);
    expect(status).toBe('paused');
    return { id, customer };
  };

  it('pauses at its end where no card is there, and goes on when it is resumed with one', async () => {
    const { id, customer } = await pauseAtEnd();
    stripe.setCard(customer as string, 'good');
    const resumed = await client.subscriptions.resume(id);
    expect(resumed).toMatchObject({
      status: 'active',
      billing_cycle_anchor: startSeconds + 60 * 86_400,
    });
    const types = stripe.events.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['customer.subscription.paused', 'customer.subscription.resumed']),
    );
  });

  it.each([
    ['resume_on_payment_attempt', 'past_due'],
    ['resume_on_payment_success', 'paused'],
  ])('resumed by %s without a card it is %s, and active once it is paid', async (how, status) => {
    const { id, customer } = await pauseAtEnd();
    const resumed = await client.subscriptions.resume(id, { payment_behavior: how });
    expect(resumed.status).toBe(status);
    stripe.setCard(customer as string, 'good');
    stripe.payOpenInvoice(customer as string);
    expect((await client.subscriptions.retrieve(id)).status).toBe('active');
  });
});

describe('a session', () => {
  it('expires by itself, or when it is told to, and cannot be paid then', async () => {
    const inAnHour = startSeconds + 3_600;
    const late = await openCheckout(client, price.id, { expires_at: inAnHour });
    const told = await openCheckout(client, price.id);
    expect((await client.checkout.sessions.expire(told.id)).status).toBe('expired');
    stripe.advanceBy(3_600_000);
    expect((await client.checkout.sessions.retrieve(late.id)).status).toBe('expired');
    expect(() => stripe.completeCheckout(late.id, { card: 'good' })).toThrow('expired');
    const expired = stripe.events.filter(({ type }) => type === 'checkout.session.expired');
    expect(expired).toHaveLength(2);
    expect((await client.checkout.sessions.list({ status: 'open' })).data).toEqual([]);
    await expect(client.checkout.sessions.expire(late.id)).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('has to live between half an hour and a day', async () => {
    const expires_at = startSeconds + 1_799;
    await expect(openCheckout(client, price.id, { expires_at })).rejects.toMatchObject({
      param: 'expires_at',
    });
  });

  it('is paid by people on its page, which sends them back', async () => {
    const session = await openCheckout(client, price.id, {
      success_url: 'http://app.test/done?session={CHECKOUT_SESSION_ID}',
    });
    const page = await fetch(session.url!);
    expect(await page.text()).toContain('Pay 10.00 usd');
    const press = async (action: string) => {
      const body = new URLSearchParams({ action });
      const answer = await fetch(session.url!, { method: 'POST', body, redirect: 'manual' });
      return answer.headers.get('location');
    };
    expect(await press('cancel')).toBe('http://127.0.0.1/cancel');
    expect(await press('declined')).toBe('http://127.0.0.1/cancel');
    expect(await press('good')).toBe(`http://app.test/done?session=${session.id}`);
    expect(stripe.state.sessions.get(session.id).status).toBe('complete');
  });

  it('of the portal lets people change their card and cancel', async () => {
    const { customer, subscription } = await subscribe(stripe, client);
    const return_url = 'http://app.test/billing';
    const portal = await client.billingPortal.sessions.create({ customer, return_url });
    const press = (action: string) => {
      const body = new URLSearchParams({ action });
      return fetch(portal.url, { method: 'POST', body, redirect: 'manual' });
    };
    await press('declined');
    await press('end');
    expect((await press('return')).headers.get('location')).toBe(return_url);
    const changed = await client.subscriptions.retrieve(subscription.id, {
      expand: ['default_payment_method'],
    });
    expect(changed).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: changed.items.data[0]!.current_period_end,
      default_payment_method: { card: { last4: '0341' } },
    });
  });
});
