import type Stripe from 'stripe';
import { setCard, type Card } from './cards';
import { dispute, refund } from './charges';
import { completeCheckout } from './checkout';
import { LocalClock, realSeconds } from './clock';
import { runUntil } from './due';
import type { ApiFault, LoggedRequest, RequestFilter } from './api-faults';
import { actInPortal } from './pages';
import { attemptPayment } from './payment';
import { StripeServer } from './server';
import { DEFAULT_SETTINGS, type Settings } from './settings';
import type { Store } from './store';
import { Webhooks, type Delivery, type DeliveryMode } from './webhooks';
import { World } from './world';

export type { ApiFault, Card, Delivery, LoggedRequest };

export interface LocalStripeOptions extends Partial<Settings> {
  /** 0: one that is free. */
  port?: number;
  apiKey: string;
  webhookSecret: string;
  /** Where its clock starts; by default now. */
  now?: Date;
  /** The clock follows real time, and what falls due happens by itself. */
  live?: boolean;
  /** Which time the signatures of deliveries bear. */
  signedBy?: 'real' | 'local';
  retryDeliveryAfterMs?: readonly number[];
  /** The types of events that the address asked for, as a webhook endpoint does; by default all. */
  enabledEvents?: readonly string[];
}

const LIVE_STEP_MS = 1_000;
const RETRY_AFTER_MS = [50, 100, 250, 500, 1_000, 2_000, 5_000];

/** The part of Stripe that subscriptions need, on this machine: no money moves, and the clock is moved by its caller. */
export class LocalStripe {
  readonly clock: LocalClock;
  readonly webhooks: Webhooks;
  private readonly world: World;
  private readonly server: StripeServer;
  private timer: NodeJS.Timeout | null = null;
  private handedOver = 0;

  private constructor({ apiKey, webhookSecret, now, ...options }: LocalStripeOptions) {
    const { live = false, signedBy = 'real', ...others } = options;
    const { retryDeliveryAfterMs, enabledEvents, ...settings } = others;
    this.clock = new LocalClock(now, live);
    this.world = new World(this.clock, { ...DEFAULT_SETTINGS, ...settings });
    this.server = new StripeServer(this.world, apiKey, () => this.handOver());
    this.webhooks = new Webhooks({
      secret: webhookSecret,
      signedAt: signedBy === 'real' ? realSeconds : () => this.clock.seconds,
      retryAfterMs: retryDeliveryAfterMs ?? RETRY_AFTER_MS,
      enabledEvents: enabledEvents ?? null,
    });
  }

  /** Starts one and listens on 127.0.0.1. */
  static async start(options: LocalStripeOptions): Promise<LocalStripe> {
    const stripe = new LocalStripe(options);
    stripe.world.url = await stripe.server.listen(options.port ?? 0);
    if (options.live)
      stripe.timer = setInterval(() => stripe.advanceTo(stripe.clock.now), LIVE_STEP_MS);
    return stripe;
  }

  get url(): string {
    return this.world.url;
  }

  /** All that is kept, to read. */
  get state(): Store {
    return this.world.store;
  }

  /** Every call that came, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.server.requests;
  }

  /** Everything that has happened, oldest first. */
  get events(): Stripe.Event[] {
    return this.state.events.all();
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.server.close();
    await this.webhooks.close();
  }

  /** Moves the clock; what falls due happens in order, each at its own time. */
  advanceTo(moment: Date): void {
    runUntil(this.world, moment);
    this.handOver();
  }

  advanceBy(milliseconds: number): void {
    this.advanceTo(new Date(this.clock.now.getTime() + milliseconds));
  }

  /** What the customer does on the page of a checkout session; see `checkout.ts`. */
  completeCheckout(sessionId: string, { card }: { card: Card | 'none' }): Stripe.Checkout.Session {
    return this.act(() => completeCheckout(this.world, sessionId, card));
  }

  /** What the customer does in the portal: a new card for everything. */
  setCard(customerId: string, card: Card): Stripe.PaymentMethod {
    return this.act(() => setCard(this.world, customerId, card));
  }

  /** What the customer does in the portal: ends the subscription with its period, or keeps it. */
  cancelInPortal(customerId: string, action: 'end' | 'keep'): void {
    this.act(() => actInPortal(this.world, customerId, action));
  }

  /** Tries to charge the customer's oldest open invoice. @returns whether it is paid */
  payOpenInvoice(customerId: string): boolean {
    const open = this.state.invoices
      .all()
      .find(({ customer, status }) => customer === customerId && status === 'open');
    if (!open) throw new Error(`the customer ${customerId} has no open invoice`);
    return this.act(() => attemptPayment(this.world, open));
  }

  /** Gives money back; all that is left where no amount is named. */
  refund(chargeId: string, amount?: number): Stripe.Refund {
    return this.act(() => refund(this.world, chargeId, amount));
  }

  dispute(chargeId: string): Stripe.Dispute {
    return this.act(() => dispute(this.world, chargeId));
  }

  /** The next `count` calls (that match) go wrong. */
  failNext(count: number, fault: ApiFault, matches: RequestFilter = () => true): void {
    this.server.faults.add(count, fault, matches);
  }

  stopFailing(): void {
    this.server.faults.clear();
  }

  /** Overrides fields of an object in answers, like a newer version of Stripe; `{}` removes the overrides. */
  misreport(id: string, changes: object): void {
    this.state.misreported.set(id, changes);
  }

  /** From now on events go to this address. */
  deliverTo(url: string, mode: DeliveryMode = this.webhooks.mode): void {
    this.webhooks.deliverTo(url);
    this.webhooks.mode = mode;
  }

  takeHeld(): Delivery[] {
    return this.webhooks.takeHeld();
  }

  /** When all events have been delivered or given up. */
  settled(): Promise<void> {
    return this.webhooks.settled();
  }

  private act<T>(work: () => T): T {
    const result = this.world.atomically(work);
    runUntil(this.world, this.clock.now);
    this.handOver();
    return result;
  }

  /** Passes new events to the webhooks. */
  private handOver(): void {
    const events = this.events.slice(this.handedOver);
    this.handedOver += events.length;
    this.webhooks.accept(events);
  }
}
