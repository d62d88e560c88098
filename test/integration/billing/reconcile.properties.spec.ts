import * as fc from 'fast-check';
import type Stripe from 'stripe';
import type { LocalStripe } from '@tenantry/local-stripe';
import { nextReconcileStep } from '../../../src/modules/billing/sync/reconcile';
import {
  toStripeSnapshot,
  type StripeSnapshot,
} from '../../../src/modules/billing/stripe/stripe-snapshot';
import { choose } from '../../../src/modules/billing/sync/sync.service';
import type { PlanWithTerms } from '../../../src/modules/plans/plan.entity';
import { decideOverdue } from '../../../src/modules/subscriptions/decisions/overdue';
import type { ClosedPeriod } from '../../../src/modules/subscriptions/decisions/renewal-decision';
import { isEnded } from '../../../src/modules/subscriptions/decisions/subscription-view';
import type { SubscriptionWrite } from '../../../src/modules/subscriptions/decisions/subscription-write';
import type { Subscription } from '../../../src/modules/subscriptions/subscription.entity';
import {
  doAtStripe,
  expectFollowed,
  histories,
  isOver,
  passages,
  PAID_PLANS,
  unlessRefused,
  type Deed,
  type Step,
} from '../../support/billing-histories';
import { clientOf, startStripe } from '../../../packages/local-stripe/test/fixtures';
import { planOf, subscriptionTo } from '../../support/subscription-fixtures';

/*
 * The rules alone over random histories at the local Stripe, without a server and a database: one that syncs now and then ends
 * in the same state as one that syncs at every event, and both in Stripe's.
 */

const MAXIMUM_STEPS = 18;
const FREE = planOf('free', { intervalUnit: 'year', intervalCount: 300 });
const TERMS = {
  pro: { intervalUnit: 'month', priceAmount: 4_900 },
  'pro-yearly': { intervalUnit: 'year', priceAmount: 49_000 },
  weekly: { intervalUnit: 'week', priceAmount: 1_500 },
} as const;
const PLANS = new Map<string, PlanWithTerms>([
  ['free', FREE],
  ...Object.entries(TERMS).map(([slug, terms]) => [slug, planOf(slug, terms)] as const),
]);

interface Period extends ClosedPeriod {
  subscription: string;
}

/** The local state, in memory. */
class Follower {
  readonly periods: Period[] = [];
  readonly ends = new Map<string, Date | null>();
  current: Subscription;

  constructor(private readonly stripe: LocalStripe) {
    this.current = subscriptionTo(FREE, new Date(stripe.clock.now.getTime() - 1), { id: '0' });
  }

  /** Like a reconciliation. @returns how many steps there were */
  sync(): number {
    for (let steps = 0; steps < MAXIMUM_STEPS; steps += 1) {
      const snapshot = choose(this.current, this.snapshots());
      const write = snapshot && nextReconcileStep(this.setup(snapshot), snapshot, this.now());
      if (!write) return steps;
      this.write(write);
    }
    return this.sync() + MAXIMUM_STEPS; // as the next job does
  }

  /** As the cron does. */
  settle(): void {
    const writes = decideOverdue(this.current, this.plan(), FREE, this.now());
    for (const write of writes) this.write(write);
  }

  private now(): Date {
    return new Date(Math.max(+this.stripe.clock.now, +this.current.periodStart));
  }

  private plan(): PlanWithTerms {
    return PLANS.get(this.current.planId)!;
  }

  private setup(snapshot: StripeSnapshot) {
    const paid = PLANS.get(slugOf(this.stripe, snapshot.priceId))!;
    return {
      subscription: this.current,
      plan: this.plan(),
      paid,
      next: null,
      newest: this.plan(),
      fallback: FREE,
    };
  }

  /** The newest first. */
  private snapshots(): StripeSnapshot[] {
    return this.stripe.state.subscriptions.all().map(toStripeSnapshot).reverse();
  }

  private write({ next, closed, successor }: SubscriptionWrite): void {
    if (closed) this.periods.push({ ...closed, subscription: next.id });
    this.ends.set(next.id, next.endedAt);
    const { businessId, createdAt } = next;
    const id = String(this.ends.size);
    this.current = successor ? { ...successor, businessId, createdAt, id } : next;
  }
}

/** Of the price at the local Stripe: its nickname. */
function slugOf({ state }: LocalStripe, priceId: string): string {
  return state.prices.get(priceId).nickname!;
}

class Bank {
  private constructor(
    readonly stripe: LocalStripe,
    readonly client: Stripe,
    private readonly prices: Map<string, string>,
  ) {}

  static async open(): Promise<Bank> {
    const stripe = await startStripe();
    const client = clientOf(stripe);
    const prices = new Map<string, string>();
    for (const slug of PAID_PLANS) {
      const { intervalUnit, priceAmount: unit_amount } = TERMS[slug as keyof typeof TERMS];
      const { id: product } = await client.products.create({ name: slug });
      const recurring = { interval: intervalUnit };
      const price = { product, currency: 'usd', unit_amount, recurring, nickname: slug };
      prices.set(slug, (await client.prices.create(price)).id);
    }
    return new Bank(stripe, client, prices);
  }

  async act(deed: Deed): Promise<void> {
    const last = this.newest();
    if (deed.do === 'subscribe' && (!last || isOver(last))) return this.subscribe(last);
    if (last) await unlessRefused(doAtStripe(this, last, deed));
  }

  priceOf = (slug: string): string => this.prices.get(slug)!;

  newest(): Stripe.Subscription | undefined {
    return this.stripe.state.subscriptions.all().at(-1);
  }

  private async subscribe(last: Stripe.Subscription | undefined): Promise<void> {
    const known = last && this.stripe.state.customers.get(last.customer as string);
    const customer =
      known && !known.deleted ? known.id : (await this.client.customers.create({})).id;
    const { id } = await this.client.checkout.sessions.create({
      mode: 'subscription',
      customer,
      line_items: [{ price: this.priceOf('pro'), quantity: 1 }],
      success_url: 'http://127.0.0.1/',
    });
    this.stripe.completeCheckout(id, { card: 'good' });
  }
}

/** Whether a delivery arrives now: a lost or late one does not. */
function syncsAt({ post }: Step): boolean {
  return post.delivery === 'sent' || post.delivery === 'twice';
}

function expectToBeStripes({ current }: Follower, bank: Bank): void {
  const {
    status,
    planId: slug,
    stripeSubscriptionId: follows,
    periodEnd,
    cancelAtPeriodEnd,
  } = current;
  const atStripe = bank.newest();
  const paid = atStripe ? slugOf(bank.stripe, atStripe.items.data[0]!.price.id) : '';
  expectFollowed({ status, slug, follows, periodEnd, cancelAtPeriodEnd }, atStripe, paid);
}

/** One that syncs at every event has Stripe's boundaries, except for a period that came with a late payment or continued after a pause. */
function expectToBeginWithStripe({ current }: Follower, bank: Bank, steps: Step[]): void {
  const isWhole = current.periodOrdinal > 1 && !steps.some(({ deed }) => deed.do === 'pause');
  if (!isWhole || current.stripeSubscriptionId === null || isEnded(current)) return;
  expect(current.periodStart).toEqual(toStripeSnapshot(bank.newest()!).period.start);
}

/** Each period begins where the last one ended; or later, where a subscription had ended and another began. */
function expectToTile({ periods, current, ends }: Follower): void {
  const {
    id: subscription,
    periodOrdinal: ordinal,
    periodStart: start,
    periodEnd: end,
    planId,
  } = current;
  const running = isEnded(current) ? [] : [{ subscription, ordinal, start, end, planId }];
  const all = [...periods, ...running];
  for (const [index, next] of all.slice(1).entries()) {
    const last = all[index]!;
    if (last.subscription === next.subscription)
      expect([next.start, next.ordinal]).toEqual([last.end, last.ordinal + 1]);
    else expect(ends.get(last.subscription)).toEqual(last.end);
    expect(+next.start).toBeGreaterThanOrEqual(+last.end);
  }
  for (const period of all) expect(+period.end).toBeGreaterThan(+period.start);
}

it('200 histories end in the state at Stripe, whenever they are synced', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(histories, passages, async (steps, times) => {
      const bank = await Bank.open();
      try {
        const rarely = new Follower(bank.stripe);
        const always = new Follower(bank.stripe);
        await bank.act({ do: 'subscribe' });
        for (const [index, step] of steps.entries()) {
          await bank.act(step.deed);
          always.sync();
          if (syncsAt(step)) rarely.sync();
          bank.stripe.advanceBy(times[index]!.ms);
          always.sync();
          always.settle();
          seen.add(always.current.status);
          if (times[index]!.crons) rarely.settle();
        }
        expectToBeginWithStripe(always, bank, steps);
        for (const follower of [rarely, always]) {
          follower.sync();
          follower.settle();
          expect(follower.sync()).toBe(0); // there is nothing left to do
          expectToBeStripes(follower, bank);
          expectToTile(follower);
        }
      } finally {
        await bank.stripe.close();
      }
    }),
    { numRuns: 200 },
  );
  expect([...seen].sort()).toEqual(['active', 'canceled', 'past_due', 'paused']);
}, 300_000);
