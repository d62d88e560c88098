import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, monotonicMs } from '../../common/clock';
import { ChangeFeed } from '../../platform/database/change-feed';

/** A document of 50 features takes about 10 KiB. */
const MAXIMUM_KEPT = 1_000;
/** How long what others have changed may go unnoticed by conditional requests. */
const KEPT_FOR_MS = 1_000;

interface Lane<T> {
  running: Promise<T>;
  /** Starts when `running` ends. */
  next: Promise<T> | null;
  /** Something of the business was committed meanwhile. */
  isStale: boolean;
}

/**
 * Reads of a business that concurrent requests share: each gets a read that began after it asked, so none is older than
 * its request, and a business has one read at a time, however many ask. The last one is kept for a second, for
 * requests that ask whether anything has changed.
 */
@Injectable()
export class SharedReads<T extends object> {
  private readonly lanes = new Map<string, Lane<T>>();
  private readonly kept = new LRUCache<string, { read: T; untilMs: number }>({ max: MAXIMUM_KEPT });

  constructor(
    private readonly clock: Clock,
    feed: ChangeFeed,
  ) {
    feed.onWritten((businessIds) => this.forget(businessIds));
  }

  /** A read that begins now or later. */
  read(businessId: string, ask: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(businessId);
    if (!lane) return this.start(businessId, ask);
    const begin = () => this.start(businessId, ask);
    lane.next ??= lane.running.then(begin, begin);
    return lane.next;
  }

  /** The last read, if it is less than a second old and this process has written nothing of the business since. */
  findRecent(businessId: string): T | null {
    const kept = this.kept.get(businessId);
    return kept && this.nowMs() < kept.untilMs ? kept.read : null;
  }

  private start(businessId: string, ask: () => Promise<T>): Promise<T> {
    const untilMs = this.nowMs() + KEPT_FOR_MS;
    const lane: Lane<T> = { running: ask(), next: null, isStale: false };
    this.lanes.set(businessId, lane);
    const end = () => {
      if (this.lanes.get(businessId) === lane && !lane.next) this.lanes.delete(businessId);
    };
    lane.running.then((read) => {
      end();
      if (!lane.isStale) this.kept.set(businessId, { read, untilMs });
    }, end);
    return lane.running;
  }

  private forget(businessIds: readonly string[] | 'everything'): void {
    const lanes = businessIds === 'everything' ? [...this.lanes.keys()] : businessIds;
    for (const businessId of lanes) {
      const lane = this.lanes.get(businessId);
      if (lane) lane.isStale = true;
    }
    if (businessIds === 'everything') return this.kept.clear();
    for (const businessId of businessIds) this.kept.delete(businessId);
  }

  /** Real time, plus the jumps of the clock in tests. */
  private nowMs(): number {
    return this.clock.at(new Date(monotonicMs())).getTime();
  }
}
