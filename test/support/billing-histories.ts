import * as fc from 'fast-check';
import type Stripe from 'stripe';
import type { LocalStripe } from '@tenantry/local-stripe';
import { DAY_MS, HOUR_MS, type BillingWorld } from './billing';
import type { Customer } from './customers';
import { aRecording } from './customers';
import { sendRecording } from '../product/support/recordings';
import { clientAt, deliverAll, subscriptionAt } from './webhooks';

/* Random histories of customers at Stripe, and of the deliveries that tell of them. */

export const PAID_PLANS = ['pro', 'pro-yearly', 'weekly'];

/** What happens at Stripe between two moments. */
export type Deed =
  | { do: 'subscribe' | 'decline_card' | 'good_card' | 'pay' | 'cancel_at_end' | 'cancel_now' }
  | { do: 'uncancel' | 'pause' | 'resume' | 'refund' | 'dispute' | 'delete_customer' | 'nothing' }
  | { do: 'change_price'; plan: string }
  | { do: 'record'; count: number };

/** The delivery of the events of an action, drawn for each of them. */
export interface Post {
  /** Sorts what is sent together. */
  seed: number;
  delivery: 'sent' | 'twice' | 'delayed' | 'lost';
}

export interface Step {
  deed: Deed;
  post: Post;
}

const one = (name: Exclude<Deed['do'], 'change_price' | 'record'>, weight = 1) => ({
  weight,
  arbitrary: fc.constant<Deed>({ do: name }),
});

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  one('nothing', 3),
  one('subscribe', 4),
  one('decline_card', 3),
  one('good_card', 3),
  one('pay', 3),
  one('cancel_at_end', 2),
  one('uncancel', 2),
  one('cancel_now'),
  one('pause', 2),
  one('resume', 3),
  one('refund'),
  one('dispute'),
  one('delete_customer'),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change_price' as const),
      plan: fc.constantFrom(...PAID_PLANS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

const posts: fc.Arbitrary<Post> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  delivery: fc.constantFrom<Post['delivery'][]>(
    'sent',
    'sent',
    'twice',
    'twice',
    'delayed',
    'lost',
  ),
});

export const STEPS = 7;

export interface AtStripe {
  stripe: LocalStripe;
  client: Stripe;
  priceOf: (slug: string) => Promise<string> | string;
}

/** What a person does there to a subscription. @throws what Stripe refuses with */
export async function doAtStripe(
  { stripe, client, priceOf }: AtStripe,
  { id, customer: whose, items }: Stripe.Subscription,
  deed: Deed,
): Promise<unknown> {
  const customer = whose as string; // never expanded here
  const update = (changes: Stripe.SubscriptionUpdateParams) =>
    client.subscriptions.update(id, changes);
  const charge = () => stripe.state.charges.all().findLast((row) => row.customer === customer);
  switch (deed.do) {
    case 'decline_card':
      return stripe.setCard(customer, 'declined');
    case 'good_card':
      return stripe.setCard(customer, 'good');
    case 'pay':
      return hasOpenInvoice(stripe, customer) && stripe.payOpenInvoice(customer);
    case 'cancel_at_end':
      return update({ cancel_at_period_end: true });
    case 'uncancel':
      return update({ cancel_at_period_end: false });
    case 'cancel_now':
      return client.subscriptions.cancel(id);
    case 'pause':
      return update({ pause_collection: { behavior: 'void' } });
    case 'resume':
      return update({ pause_collection: '' });
    case 'refund':
      return stripe.refund(charge()?.id ?? 'ch_none');
    case 'dispute':
      return stripe.dispute(charge()?.id ?? 'ch_none');
    case 'delete_customer':
      return client.customers.del(customer);
    case 'change_price': {
      const price = await priceOf(deed.plan);
      const behavior = { proration_behavior: 'create_prorations' } as const;
      return update({ items: [{ id: items.data[0]!.id, price }], ...behavior });
    }
    case 'nothing':
    case 'record':
    case 'subscribe': // these are not done to a subscription at Stripe
      return null;
  }
}

/** Passes over what Stripe refuses, as a person would meet it. */
export async function unlessRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: { type?: string; status?: number; statusCode?: number }) => {
    const status = error.statusCode ?? error.status ?? 500;
    if (status >= 500) throw error as Error;
  });
}

/** The local state, as far as Stripe determines it. */
export interface LocalState {
  status: string;
  slug: string;
  follows: string | null;
  periodEnd: Date;
  cancelAtPeriodEnd: boolean;
}

/** The local state is Stripe's; checked without the code under test. @param slug of the plan that is paid for */
export function expectFollowed(
  local: LocalState,
  atStripe: Stripe.Subscription | undefined,
  slug: string,
): void {
  const isFollowing = local.follows !== null && !['canceled', 'expired'].includes(local.status);
  if (!atStripe || isOver(atStripe)) return expect([local, isFollowing]).toEqual([local, false]);
  if (!isFollowing) return expectLeft(local, atStripe);
  const { id, status, cancel_at_period_end: cancelAtPeriodEnd, items } = atStripe;
  expect(local).toMatchObject({ follows: id, cancelAtPeriodEnd });
  if (atStripe.pause_collection) return expect(local.status).toBe('paused');
  expect(local).toMatchObject({
    status: ['past_due', 'unpaid'].includes(status) ? 'past_due' : status,
    slug,
    periodEnd: new Date(items.data[0]!.current_period_end * 1000),
  });
}

/** The local subscription continues without Stripe, or has ended: nothing is paid, or the news came after a pause. */
function expectLeft(
  local: LocalState,
  { status, pause_collection: pause }: Stripe.Subscription,
): void {
  if (local.status === 'active') expect(local).toMatchObject({ slug: 'free', follows: null });
  else expect(['canceled', 'expired']).toContain(local.status);
  expect(pause !== null || ['past_due', 'unpaid', 'incomplete'].includes(status)).toBe(true);
}

export function isOver({ status }: Stripe.Subscription): boolean {
  return ['canceled', 'incomplete_expired'].includes(status);
}

export const histories: fc.Arbitrary<Step[]> = fc.array(fc.record({ deed: deeds, post: posts }), {
  minLength: STEPS,
  maxLength: STEPS,
});

/** How much time passes after each step, and whether our crons come then. */
export const passages = fc.array(
  fc.record({
    ms: fc.oneof(
      fc.integer({ min: 1, max: 5 }).map((hours) => hours * HOUR_MS),
      fc.integer({ min: 1, max: 12 }).map((days) => days * DAY_MS),
      fc.integer({ min: 25, max: 70 }).map((days) => days * DAY_MS),
    ),
    crons: fc.boolean(),
  }),
  { minLength: STEPS, maxLength: STEPS },
);

/** One customer in a random history. */
export class Actor {
  private waiting: Stripe.Event[] = [];
  private told = 0;

  constructor(
    private readonly world: BillingWorld,
    readonly customer: Customer,
  ) {}

  /** What Stripe refuses, as a person would meet it, does not happen. */
  async act(deed: Deed): Promise<void> {
    await unlessRefused(this.try(deed));
  }

  /** Sends what has happened since the last time, in an order and with losses as drawn. */
  async tell({ seed, delivery }: Post): Promise<void> {
    const fresh = await this.freshEvents();
    if (delivery === 'delayed') return void this.waiting.push(...fresh);
    if (delivery === 'lost') return;
    const sent = shuffled(
      [...this.waiting, ...fresh, ...(delivery === 'twice' ? fresh : [])],
      seed,
    );
    this.waiting = [];
    await this.send(sent);
  }

  /** One that came before, or should have: all that has to come is any event. */
  async tellOnceMore(): Promise<void> {
    const customerId = await this.customerId();
    const last = this.world.stripe.events.filter((event) => isAbout(event, customerId)).at(-1);
    if (last) await this.send([last]);
  }

  /** The newest subscription at Stripe. */
  async atStripe(): Promise<Stripe.Subscription | undefined> {
    return (await this.customerId()) ? subscriptionAt(this.world, this.customer) : undefined;
  }

  private async try(deed: Deed): Promise<void> {
    const { stripe, server } = this.world;
    const client = clientAt(this.world);
    if (deed.do === 'record') {
      for (let sent = 0; sent < deed.count; sent += 1)
        await sendRecording(server, this.customer, aRecording());
      return;
    }
    const at = await this.atStripe();
    if (deed.do === 'subscribe') return this.subscribe(at);
    if (!at || deed.do === 'nothing') return;
    await doAtStripe({ stripe, client, priceOf: (slug) => this.priceOf(slug) }, at, deed);
  }

  /** Where Stripe has no live one: a second one is refused, and tested elsewhere. */
  private async subscribe(at: Stripe.Subscription | undefined): Promise<void> {
    if (at && !isOver(at)) return;
    const opened = await this.world.openCheckout(this.customer, 'pro');
    if (opened.status === 201)
      this.world.stripe.completeCheckout((opened.body as { id: string }).id, { card: 'good' });
  }

  private async priceOf(slug: string): Promise<string> {
    const [price] = await this.world.server.database.query<{ id: string }>(
      `SELECT price.id FROM stripe_prices AS price JOIN plans AS plan ON plan.id = price.plan_id WHERE slug = $1`,
      [slug],
    );
    return price!.id;
  }

  private async freshEvents(): Promise<Stripe.Event[]> {
    const customerId = await this.customerId();
    const { events } = this.world.stripe;
    const fresh = events.slice(this.told).filter((event) => isAbout(event, customerId));
    this.told = events.length;
    return fresh;
  }

  private async send(events: Stripe.Event[]): Promise<void> {
    const { webhooks } = this.world.stripe;
    await deliverAll(
      this.world.server,
      events.map((event) => webhooks.sign(event)),
    );
  }

  private async customerId(): Promise<string | null> {
    const [account] = await this.world.server.database.query<{ id: string | null }>(
      'SELECT stripe_customer_id AS id FROM billing_accounts WHERE business_id = $1',
      [this.customer.business.id],
    );
    return account?.id ?? null;
  }
}

/** Those that are handled and name their customer; the others are ignored. */
const TOLD =
  /^(checkout\.session\.completed|customer\.subscription\.(created|updated|deleted|paused|resumed)|customer\.deleted|invoice\.(paid|payment_failed)|charge\.refunded)$/;

function isAbout({ type, data }: Stripe.Event, customerId: string | null): boolean {
  const object = data.object as { id?: string; object?: string; customer?: string | null };
  const whose = object.object === 'customer' ? object.id : object.customer;
  return TOLD.test(type) && customerId !== null && whose === customerId;
}

function hasOpenInvoice(stripe: LocalStripe, customerId: string): boolean {
  return stripe.state.invoices
    .all()
    .some(({ customer, status }) => customer === customerId && status === 'open');
}

/** By a seed, so that a history is the same whenever it is played. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const left = [...list];
  let draw = seed;
  const drawn: T[] = [];
  while (left.length > 0) {
    draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) >>> 0;
    drawn.push(...left.splice(draw % left.length, 1));
  }
  return drawn;
}
