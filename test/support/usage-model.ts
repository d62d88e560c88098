/* What usage must be, in plain arithmetic: no database, no SQL. */

export interface Limit {
  limit: number | null;
  mode: 'hard' | 'soft';
}

interface Credit {
  id: string;
  granted: number;
  spent: number;
  isVoid: boolean;
}

interface Reservation {
  amount: number;
  isOpen: boolean;
}

/** One feature of one business. Credits do not expire here, so they are spent in the order of their ids. */
export class UsageModel {
  used = 0;
  credited = 0;
  reserved = 0;
  own: Limit | null = null;
  readonly credits: Credit[] = [];
  readonly events = new Map<string, { amount: number; isReleased: boolean }>();
  readonly reservations = new Map<string, Reservation>();

  constructor(
    readonly kind: 'metered' | 'allocated',
    public ofPlan: Limit,
  ) {}

  get creditsLeft(): number {
    const live = this.credits.filter(({ isVoid }) => !isVoid);
    return live.reduce((sum, { granted, spent }) => sum + granted - spent, 0);
  }

  consume(eventId: string, amount: number): 'counted' | 'refused' | 'exists' | 'conflict' {
    if (this.reservations.has(eventId)) return 'conflict';
    const known = this.events.get(eventId);
    if (known) return known.amount === amount ? 'exists' : 'conflict';
    if (!this.fits(amount)) return 'refused';
    this.count(eventId, amount);
    return 'counted';
  }

  reserve(eventId: string, amount: number): 'counted' | 'refused' | 'exists' | 'conflict' {
    const known = this.reservations.get(eventId);
    if (known) return known.amount === amount ? 'exists' : 'conflict';
    if (this.events.has(eventId)) return 'conflict';
    if (!this.fits(amount)) return 'refused';
    this.reserved += amount;
    this.reservations.set(eventId, { amount, isOpen: true });
    return 'counted';
  }

  /** @param amount null: all of it */
  commit(eventId: string, amount: number | null): 'committed' | 'refused' {
    const held = this.reservations.get(eventId);
    const units = amount ?? held?.amount ?? 0;
    if (!held?.isOpen || units > held.amount) return 'refused';
    held.isOpen = false;
    this.reserved -= held.amount;
    this.count(eventId, units);
    return 'committed';
  }

  giveBack(eventId: string): 'released' | 'refused' {
    const held = this.reservations.get(eventId);
    if (!held || this.events.has(eventId)) return 'refused';
    if (held.isOpen) this.reserved -= held.amount;
    held.isOpen = false;
    return 'released';
  }

  release(eventId: string): 'counted' | 'exists' | 'unknown_event' | 'reserved' | 'feature_kind' {
    if (this.kind === 'metered') return 'feature_kind';
    const event = this.events.get(eventId);
    if (!event) return this.reservations.has(eventId) ? 'reserved' : 'unknown_event';
    if (event.isReleased) return 'exists';
    event.isReleased = true;
    this.used -= event.amount;
    return 'counted';
  }

  endPeriod(): void {
    if (this.kind !== 'metered') return;
    this.used = 0;
    this.credited = 0;
  }

  private get granted(): Limit {
    return this.own ?? this.ofPlan;
  }

  private get allowanceLeft(): number {
    const { limit } = this.granted;
    return limit === null ? Infinity : Math.max(limit - (this.used - this.credited), 0);
  }

  private fits(amount: number): boolean {
    if (this.granted.mode === 'soft') return true;
    const credits = this.kind === 'metered' ? this.creditsLeft : 0;
    return amount <= this.allowanceLeft + credits - this.reserved;
  }

  private count(eventId: string, amount: number): void {
    const owed = Math.max(amount - this.allowanceLeft, 0);
    const paid = this.kind === 'metered' ? Math.min(this.creditsLeft, owed) : 0;
    this.used += amount;
    this.credited += paid;
    this.spend(paid);
    this.events.set(eventId, { amount, isReleased: false });
  }

  private spend(units: number): void {
    let rest = units;
    for (const credit of this.credits.filter(({ isVoid }) => !isVoid)) {
      const taken = Math.min(rest, credit.granted - credit.spent);
      credit.spent += taken;
      rest -= taken;
    }
  }
}
