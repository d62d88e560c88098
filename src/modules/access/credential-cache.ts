import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, monotonicMs } from '../../common/clock';
import { ChangeFeed, type ChangedSubjects } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import type { Credential } from './credential';

/** About 1 KiB each. */
const MAXIMUM_ENTRIES = 10_000;
/** Then it is looked up again, which also records its use. */
const KEPT_FOR_MS = 30_000;

/** The second within which a revocation must reach every replica; some kinds of credential announce no change. */
const RECENT_MS = 1_000;

interface Entry {
  credential: Credential;
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
 * Valid credentials by the hash of their token, so that authentication needs no query. An entry counts only while this
 * process is known to receive the changes of others; so a revoked key is refused everywhere within a second, and at
 * once where it was revoked. Unknown tokens are not cached, so anonymous requests cannot fill it.
 */
@Injectable()
export class CredentialCache {
  private readonly entries = new LRUCache<string, Entry>({ max: MAXIMUM_ENTRIES });
  private changes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly listener: ChangeListener,
    feed: ChangeFeed,
  ) {
    feed.subscribe((changed) => this.forget(changed));
  }

  find(tokenHash: string): Credential | null {
    const entry = this.entries.get(tokenHash);
    if (!entry) return null;
    const isGood = entry.epoch === this.listener.epoch() && this.nowMs() < entry.untilMs;
    return isGood ? entry.credential : null;
  }

  /** Call before the query. */
  beginLookUp(): LookUp {
    return { epoch: this.listener.epoch(), changes: this.changes, atMs: this.nowMs() };
  }

  /** Whether a look-up in flight may answer a request that arrives now. */
  isCurrent(lookUp: LookUp): boolean {
    return lookUp.epoch !== null && lookUp.changes === this.changes;
  }

  /** Whether a result of that moment is still valid: no change since, and less than a second ago. */
  isRecent(moment: LookUp): boolean {
    return moment.changes === this.changes && this.nowMs() - moment.atMs < RECENT_MS;
  }

  /** Stores the result of a look-up, unless a change arrived meanwhile. */
  keep(tokenHash: string, credential: Credential, lookUp: LookUp, livesMs: number): void {
    if (lookUp.epoch === null || !this.isCurrent(lookUp)) return;
    const untilMs = lookUp.atMs + Math.min(livesMs, KEPT_FOR_MS);
    this.entries.set(tokenHash, { credential, epoch: lookUp.epoch, untilMs });
  }

  private forget(changed: ChangedSubjects): void {
    this.changes += 1;
    if (changed === 'everything') return this.entries.clear();
    for (const [tokenHash, { credential }] of this.entries)
      if (isAbout(credential, changed)) this.entries.delete(tokenHash);
  }

  /** Real time, plus the jumps of the clock in tests. */
  private nowMs(): number {
    return this.clock.at(new Date(monotonicMs())).getTime();
  }
}

function isAbout({ businessId, person }: Credential, changed: readonly string[]): boolean {
  return changed.includes(businessId ?? '') || changed.includes(person?.userId ?? '');
}
