import type Stripe from 'stripe';
import type { LocalClock } from './clock';
import { API_VERSION, type Settings } from './settings';
import { newId, Store } from './store';
import { StripeFault } from './stripe-fault';

type ObjectOf<T extends Stripe.Event['type']> = Extract<
  Stripe.Event,
  { type: T }
>['data']['object'];

/** Shared by all parts: the state, the time, and the record of events. */
export class World {
  readonly store = new Store();
  /** The call that is being answered; null when something falls due by itself. */
  call: Stripe.Event.Request | null = null;
  /** Where its own pages are. */
  url = '';

  constructor(
    readonly clock: LocalClock,
    readonly settings: Settings,
  ) {}

  /** In whole seconds. */
  get now(): number {
    return this.clock.seconds;
  }

  emit<T extends Stripe.Event['type']>(type: T, object: ObjectOf<T>): void {
    this.record(type, object);
  }

  /** Changes an object and tells what it was before. No event where nothing is different. */
  update<E extends Stripe.Event['type'], T extends ObjectOf<E>>(
    table: { put(row: T): unknown },
    row: T,
    changes: Partial<T>,
    event: E,
  ): T {
    const changed: T = { ...row, ...changes };
    const previous = differences(row, changed);
    if (Object.keys(previous).length === 0) return row;
    table.put(changed);
    this.record(event, changed, previous);
    return changed;
  }

  /** The most common update. */
  updateSubscription(
    subscription: Stripe.Subscription,
    changes: Partial<Stripe.Subscription>,
  ): Stripe.Subscription {
    const { subscriptions } = this.store;
    return this.update(subscriptions, subscription, changes, 'customer.subscription.updated');
  }

  /** Atomic: an error leaves no effect, not even an event; but see `StripeFault.keepsEffect`. */
  atomically<T>(work: () => T): T {
    const end = this.store.attempt();
    try {
      const result = work();
      end('keep');
      return result;
    } catch (error) {
      end(error instanceof StripeFault && error.keepsEffect ? 'keep' : 'undo');
      throw error;
    }
  }

  /** Runs the work and rolls it back, for a preview. */
  rehearse<T>(work: () => T): T {
    const end = this.store.attempt();
    try {
      return work();
    } finally {
      end('undo');
    }
  }

  private record(type: Stripe.Event['type'], object: object, previous?: object): void {
    const event = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now,
      data: { object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 1,
      request: this.call ?? { id: null, idempotency_key: null },
      type,
    };
    this.store.events.put(event as unknown as Stripe.Event);
  }
}

function differences(before: object, after: object): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
  );
  return Object.fromEntries(
    changed.map(([name, value]) => [
      name,
      name === 'metadata' ? changedKeys(old[name], value) : (old[name] ?? null),
    ]),
  );
}

/** Of metadata only the keys that differ; null for those that were not there. */
function changedKeys(before: unknown, after: unknown): Record<string, string | null> {
  const [old, now] = [before as Stripe.Metadata, after as Stripe.Metadata];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const changed = names.filter((name) => old[name] !== now[name]);
  return Object.fromEntries(changed.map((name) => [name, old[name] ?? null]));
}
