import { LRUCache } from 'lru-cache';
import { monotonicMs, type Clock } from '../../common/clock';
import type { ChangedSubjects, ChangeFeed } from './change-feed';
import type { ChangeListener } from './change-listener';

/** Then it is looked up again. */
const KEPT_FOR_MS = 30_000;

interface Entry<T> {
  value: T;
  epoch: number;
  untilMs: number;
}

/** When a look-up began; later changes make its answer stale. */
export interface LookUp {
  epoch: number | null;
  changes: number;
  atMs: number;
}

/**
 * What was read from tables whose changes are announced. An entry counts only while this process is known to receive
 * the changes of others; so what changed elsewhere is read again within a second, and at once where it changed. Cache
 * what was found only: what does not exist must not fill it.
 */
export abstract class AnnouncedCache<T extends object> {
  private readonly entries: LRUCache<string, Entry<T>>;
  private changes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly listener: ChangeListener,
    feed: ChangeFeed,
    maximumEntries: number,
  ) {
    // By size: a maximum of entries would allocate all of them at the start of the process.
    this.entries = new LRUCache({ maxSize: maximumEntries, sizeCalculation: () => 1 });
    feed.subscribe((changed) => this.forget(changed));
  }

  /** Whether a change of these tenants, persons or keys may have changed the value. */
  protected abstract isAbout(value: T, changed: readonly string[]): boolean;

  find(key: string): T | null {
    const entry = this.entries.get(key);
    if (!entry) return null;
    const isGood = entry.epoch === this.listener.epoch() && this.nowMs() < entry.untilMs;
    return isGood ? entry.value : null;
  }

  /** Call before the query. */
  beginLookUp(): LookUp {
    return { epoch: this.listener.epoch(), changes: this.changes, atMs: this.nowMs() };
  }

  /** Whether a look-up in flight may answer a request that arrives now. */
  isCurrent(lookUp: LookUp): boolean {
    return lookUp.epoch !== null && lookUp.changes === this.changes;
  }

  /** Whether nothing has changed since, and it is less than this long ago. */
  isUnchangedSince(moment: LookUp, withinMs: number): boolean {
    return moment.changes === this.changes && this.nowMs() - moment.atMs < withinMs;
  }

  /** Stores the result of a look-up, unless a change arrived meanwhile. */
  keep(key: string, value: T, lookUp: LookUp, livesMs = Infinity): void {
    if (lookUp.epoch === null || !this.isCurrent(lookUp)) return;
    const untilMs = lookUp.atMs + Math.min(livesMs, KEPT_FOR_MS);
    this.entries.set(key, { value, epoch: lookUp.epoch, untilMs });
  }

  private forget(changed: ChangedSubjects): void {
    this.changes += 1;
    if (changed === 'everything') return this.entries.clear();
    for (const [key, { value }] of this.entries)
      if (this.isAbout(value, changed)) this.entries.delete(key);
  }

  /** Real time, plus the jumps of the clock in tests. */
  private nowMs(): number {
    return this.clock.at(new Date(monotonicMs())).getTime();
  }
}
