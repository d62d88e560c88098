import type Stripe from 'stripe';
import type { LoggedRequest } from '@tenantry/local-stripe';
import type { Card } from '@tenantry/local-stripe';
import { RequestContext } from '../../src/common/request-context';
import { StripeCommandsService } from '../../src/modules/billing/commands/stripe-commands.service';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { BillingWorld } from './billing';
import { signUp, type Customer } from './customers';
import { OwnSubscription } from './life-cycle';
import { makePlan, type StaffMember } from './staff';
import { LONG_SESSIONS } from './subscriptions';
import { clientAt } from './webhooks';

/* Subscriptions that are paid for at the local Stripe, and what both sides say of them. */

export const USD = (amount: number) => ({ amount, currency: 'usd' });
export const MONTHLY = { interval: { unit: 'month', count: 1 } };

/** A world whose sessions outlive the months that its tests let pass. */
export function startPaidWorld(changes: object = {}): Promise<BillingWorld> {
  return BillingWorld.start({ ...LONG_SESSIONS, ...changes });
}

/** A monthly plan of so many cents, unless its interval is said. */
export function makePaidPlan(
  { server }: Pick<BillingWorld, 'server'>,
  staff: Pick<StaffMember, 'token'>,
  amount: number,
  changes: object = {},
): Promise<PlanResponse> {
  return makePlan(server, staff, { ...MONTHLY, price: USD(amount), ...changes });
}

/** Both clocks show the same second: Stripe's stands still while a test runs. */
export function alignClocks({ server, stripe }: BillingWorld): void {
  stripe.advanceTo(server.clock.at(new Date()));
}

/** A business that has paid for a plan, seen from both sides. */
export class PaidSubscription extends OwnSubscription {
  private constructor(
    private readonly world: BillingWorld,
    readonly customer: Customer,
    readonly stripeCustomerId: string,
  ) {
    super(world.server, customer);
  }

  static async begin(
    world: BillingWorld,
    plan: Pick<PlanResponse, 'slug'>,
    card: Card = 'good',
  ): Promise<PaidSubscription> {
    alignClocks(world);
    const customer = await world.subscribe(plan.slug, card);
    return new PaidSubscription(world, customer, await world.stripeCustomer(customer));
  }

  /** A customer at Stripe with a card and no payment yet: a page for the plan is open. */
  static async unpaid(
    world: BillingWorld,
    plan: Pick<PlanResponse, 'slug'>,
  ): Promise<PaidSubscription> {
    alignClocks(world);
    const customer = await signUp(world.server);
    const opened = await world.openCheckout(customer, plan.slug);
    if (opened.status !== 201) throw new Error(`checkout answered ${opened.text}`);
    const id = await world.stripeCustomer(customer);
    world.stripe.setCard(id, 'good');
    return new PaidSubscription(world, customer, id);
  }

  /** What staff make at Stripe's dashboard, past the application. */
  async makeByHand(price: string): Promise<Stripe.Subscription> {
    const made = await clientAt(this.world).subscriptions.create({
      customer: this.stripeCustomerId,
      items: [{ price }],
    });
    await this.world.stripe.settled();
    return made;
  }

  /** Its subscriptions at Stripe, oldest first. */
  get allAtStripe(): Stripe.Subscription[] {
    return this.world.stripe.state.subscriptions
      .all()
      .filter(({ customer }) => customer === this.stripeCustomerId);
  }

  /** The newest at Stripe. */
  get atStripe(): Stripe.Subscription {
    return this.allAtStripe.at(-1)!;
  }

  get periodAtStripe(): { start: Date; end: Date } {
    const item = this.atStripe.items.data[0]!;
    return {
      start: new Date(item.current_period_start * 1000),
      end: new Date(item.current_period_end * 1000),
    };
  }

  get priceAtStripe(): number | null {
    return this.atStripe.items.data[0]!.price.unit_amount;
  }

  /** Oldest first. */
  get invoices(): Stripe.Invoice[] {
    return this.world.stripe.state.invoices
      .all()
      .filter(({ customer }) => customer === this.stripeCustomerId);
  }

  /** What was taken from the card, in cents. */
  get charged(): number {
    return this.world.stripe.state.charges
      .all()
      .filter(({ customer, paid }) => customer === this.stripeCustomerId && paid)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  /** What was asked of Stripe that changes something, since a mark. */
  writesSince(mark: number): LoggedRequest[] {
    return this.world.stripe.requests
      .slice(mark)
      .filter(({ method, path }) => method !== 'GET' && path.startsWith('/v1/subscriptions/'));
  }

  /** To see later what was asked of Stripe from now on. */
  mark(): number {
    return this.world.stripe.requests.length;
  }

  /** Whether the local state and Stripe's agree on plan price, period end and status. */
  async expectFollowing(): Promise<void> {
    const local = await this.read();
    const isEnded = ['canceled', 'expired'].includes(local.status);
    expect(this.atStripe.status === 'canceled').toBe(isEnded);
    if (!isEnded) expect(local.currentPeriod.end).toBe(this.periodAtStripe.end.toISOString());
  }

  /** The operations that were written down for it, oldest first. */
  operations(): Promise<{ id: string; outcome: string | null }[]> {
    return this.world.server.database.query(
      'SELECT id, outcome FROM billing_operations WHERE business_id = $1 ORDER BY id',
      [this.customer.business.id],
    );
  }

  /** What the job does after a while that finishes what was not answered. */
  async finishLater(): Promise<void> {
    const context = RequestContext.job('billing.finish_operation');
    const payload = { businessId: this.customer.business.id };
    await this.world.server.app.get(StripeCommandsService).settleLater(context, payload);
  }
}

/** Calls that change subscriptions; for `failNext`. */
export function isSubscriptionWrite({ method, path }: LoggedRequest): boolean {
  return method !== 'GET' && path.startsWith('/v1/subscriptions/');
}

/** What new subscribers of a plan get at Stripe. */
export async function stripePriceOf(
  { server }: Pick<BillingWorld, 'server'>,
  { id }: Pick<PlanResponse, 'id'>,
): Promise<string> {
  const [price] = await server.database.query<{ id: string }>(
    'SELECT id FROM stripe_prices WHERE plan_id = $1 ORDER BY plan_version DESC LIMIT 1',
    [id],
  );
  return price!.id;
}
