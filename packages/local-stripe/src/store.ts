import { randomInt } from 'node:crypto';
import type Stripe from 'stripe';
import { missing } from './stripe-fault';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 24;

/** An id as Stripe makes them: `sub_1Mowd…`. */
export function newId(prefix: string): string {
  const drawn = Array.from({ length: ID_LENGTH }, () => ALPHABET.charAt(randomInt(62)));
  return `${prefix}_${drawn.join('')}`;
}

/** Objects of one kind. Objects are never changed in place: events and snapshots share them. */
export class Table<T extends { id: string }> {
  private readonly rows = new Map<string, T>();
  /** What stood in the place of each row that was put since the outermost open attempt began. */
  private readonly replaced: [id: string, before: T | undefined][] = [];
  private attempts = 0;

  constructor(private readonly kind: string) {}

  find(id: string): T | undefined {
    return this.rows.get(id);
  }

  /** @throws 404 resource_missing */
  get(id: string, param?: string): T {
    const row = this.rows.get(id);
    if (row) return row;
    throw missing(this.kind, id, param);
  }

  put(row: T): T {
    if (this.attempts > 0) this.replaced.push([row.id, this.rows.get(row.id)]);
    this.rows.set(row.id, row);
    return row;
  }

  /** Oldest first. */
  all(): T[] {
    return [...this.rows.values()];
  }

  /** Attempts may be nested. @returns what ends this one, and may undo it */
  attempt(): (end: 'keep' | 'undo') => void {
    const mark = this.replaced.length;
    this.attempts += 1;
    return (end) => {
      if (end === 'undo') this.undo(mark);
      this.attempts -= 1;
      if (this.attempts === 0) this.replaced.length = 0;
    };
  }

  private undo(mark: number): void {
    for (const [id, before] of this.replaced.splice(mark).reverse())
      if (before) this.rows.set(id, before);
      else this.rows.delete(id);
  }
}

/** The state of an object that the API does not show. */
export interface Hidden {
  /** What the next invoice of a subscription will hold besides its own lines. */
  pendingLines: Stripe.InvoiceLineItem[];
  /** The end of trial that has been announced. */
  announcedTrialEnd: number | null;
  /** The subscription that a declined payment has left behind, for the next attempt of the session. */
  attemptedSubscription: string | null;
  /** How a checkout session will set up its subscription. */
  subscriptionData: SubscriptionData | null;
}

export interface SubscriptionData {
  prices: { price: string; quantity: number }[];
  metadata: Stripe.Metadata;
  trialPeriodDays: number | null;
  trialSettings: Stripe.Subscription.TrialSettings | null;
}

const NOTHING_HIDDEN: Hidden = {
  pendingLines: [],
  announcedTrialEnd: null,
  attemptedSubscription: null,
  subscriptionData: null,
};

/** Everything that is kept. */
export class Store {
  readonly customers: Table<Stripe.Customer | Stripe.DeletedCustomer> = new Table('customer');
  readonly products: Table<Stripe.Product> = new Table('product');
  readonly prices: Table<Stripe.Price> = new Table('price');
  readonly paymentMethods: Table<Stripe.PaymentMethod> = new Table('PaymentMethod');
  readonly sessions: Table<Stripe.Checkout.Session> = new Table('checkout.session');
  readonly portalSessions: Table<Stripe.BillingPortal.Session> = new Table(
    'billing_portal.session',
  );
  readonly subscriptions: Table<Stripe.Subscription> = new Table('subscription');
  readonly invoices: Table<Stripe.Invoice> = new Table('invoice');
  readonly invoicePayments: Table<Stripe.InvoicePayment> = new Table('invoice_payment');
  readonly charges: Table<Stripe.Charge> = new Table('charge');
  readonly refunds: Table<Stripe.Refund> = new Table('refund');
  readonly disputes: Table<Stripe.Dispute> = new Table('dispute');
  readonly events: Table<Stripe.Event> = new Table('event');
  /** Overrides of objects in answers, by id. */
  readonly misreported = new Map<string, object>();
  private readonly hiddenRows = new Table<Hidden & { id: string }>('object');

  hidden(id: string): Hidden {
    return this.hiddenRows.find(id) ?? NOTHING_HIDDEN;
  }

  hide(id: string, changes: Partial<Hidden>): void {
    this.hiddenRows.put({ ...this.hidden(id), ...changes, id });
  }

  /** Attempts may be nested. @returns what ends this one, and may undo it */
  attempt(): (end: 'keep' | 'undo') => void {
    const tables = Object.values(this).filter((value) => value instanceof Table);
    const ends = tables.map((table) => table.attempt());
    return (end) => ends.forEach((endOf) => endOf(end));
  }
}
