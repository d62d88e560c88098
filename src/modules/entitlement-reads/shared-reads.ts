import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, monotonicMs } from '../../common/clock';
import { ChangeFeed, type WrittenBusinesses } from '../../platform/database/change-feed';

/** A document of 50 features takes about 10 KiB. */
const MAXIMUM_KEPT = 1_000;
/** How long what other processes have written may go unnoticed. */
const KEPT_FOR_MS = 1_000;
/** From this age on a use begins the next read, so that the requests of a busy business do not wait for it. */
const RENEWED_FROM_MS = 500;

/**
 * At once. Entries that were read together are renewed together, and what this process answers meanwhile would wait for
 * all of them.
 */
const MAXIMUM_RENEWALS = 4;

interface Entry<T> {
  read: Promise<T>;
  beganAtMs: number;
  hasEnded: boolean;
}

/**
 * Reads of a business that requests share, for a second at most and until this process writes something of the
 * business. Usage is counted without NOTIFY (docs/decisions/0032), so writes of other processes are noticed by the next read.
 */
@Injectable()
export class SharedReads<T extends object> {
  private readonly entries = new LRUCache<string, Entry<T>>({ max: MAXIMUM_KEPT });
  /** Those that renew an entry which still answers. */
  private readonly renewals = new Map<string, Entry<T>>();
  /** Renewals to come, in the order in which they were asked for. */
  private readonly waiting = new Map<string, () => Promise<T>>();

  constructor(
    private readonly clock: Clock,
    feed: ChangeFeed,
  ) {
    feed.onWritten((businessIds) => this.forget(businessIds));
  }

  /** The last read, or a new one by `ask`. */
  read(businessId: string, ask: () => Promise<T>): Promise<T> {
    const entry = this.entries.get(businessId);
    const ageMs = entry ? this.nowMs() - entry.beganAtMs : KEPT_FOR_MS;
    if (!entry || ageMs >= KEPT_FOR_MS)
      return this.keep(businessId, this.begin(businessId, ask)).read;
    if (entry.hasEnded && ageMs >= RENEWED_FROM_MS) this.renew(businessId, ask);
    return entry.read;
  }

  private begin(businessId: string, ask: () => Promise<T>): Entry<T> {
    const entry: Entry<T> = { read: ask(), beganAtMs: this.nowMs(), hasEnded: false };
    entry.read.then(
      () => (entry.hasEnded = true),
      () => this.entries.get(businessId) === entry && this.entries.delete(businessId),
    );
    return entry;
  }

  private renew(businessId: string, ask: () => Promise<T>): void {
    if (this.renewals.has(businessId)) return;
    this.waiting.set(businessId, ask);
    if (this.renewals.size < MAXIMUM_RENEWALS) void this.renewInTurn();
  }

  private async renewInTurn(): Promise<void> {
    for (const [businessId, ask] of this.waiting) {
      this.waiting.delete(businessId);
      const renewal = this.begin(businessId, ask);
      this.renewals.set(businessId, renewal);
      const isGood = await renewal.read.then(
        () => true,
        () => false, // who asks when the entry has ended gets the error of a read of their own
      );
      if (this.renewals.get(businessId) !== renewal) continue; // something was written meanwhile
      this.renewals.delete(businessId);
      if (isGood) this.keep(businessId, renewal);
    }
  }

  private keep(businessId: string, entry: Entry<T>): Entry<T> {
    this.entries.set(businessId, entry);
    return entry;
  }

  private forget(businessIds: WrittenBusinesses): void {
    if (businessIds === 'everything') {
      this.entries.clear();
      this.renewals.clear();
      this.waiting.clear();
      return;
    }
    for (const businessId of businessIds) {
      this.entries.delete(businessId);
      this.renewals.delete(businessId);
      this.waiting.delete(businessId);
    }
  }

  /** Real time, plus the jumps of the clock in tests. */
  private nowMs(): number {
    return this.clock.at(new Date(monotonicMs())).getTime();
  }
}
