import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, monotonicMs } from '../../common/clock';
import { ChangeFeed, type ChangedSubjects } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import type { Credential } from './credential';

/** About 1 KiB each. */
const MAXIMUM_ENTRIES = 10_000;
/** Then it is looked up again, which also records that the credential is in use. */
const KEPT_FOR_MS = 30_000;

/** The contract's second in which a revocation reaches every replica; some kinds of credential announce no change. */
const RECENT_MS = 1_000;

interface Entry {
  credential: Credential;
  epoch: number;
  untilMs: number;
}

/** When a look-up began; what has changed since makes its answer old. */
export interface LookUp {
  epoch: number | null;
  changes: number;
  atMs: number;
}

/**
 * Good credentials by the hash of their token, so that a request needs no query to know who asks. An entry counts
 * only while this process surely hears what others change; then a revoked key is refused everywhere within a second,
 * and at once where it was revoked. Unknown tokens are not kept: strangers cannot fill it.
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

  /** Call before the database is asked. */
  beginLookUp(): LookUp {
    return { epoch: this.listener.epoch(), changes: this.changes, atMs: this.nowMs() };
  }

  /** Whether a look-up that is under way answers for somebody who asks now. */
  isCurrent(lookUp: LookUp): boolean {
    return lookUp.epoch !== null && lookUp.changes === this.changes;
  }

  /** Whether what was known then is known still: nothing has changed since, and it was less than a second ago. */
  isRecent(moment: LookUp): boolean {
    return moment.changes === this.changes && this.nowMs() - moment.atMs < RECENT_MS;
  }

  /** Keeps what a look-up has found, unless something has changed while it was under way. */
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

  /** Goes on with real time, and jumps with the clock where a test moves it. */
  private nowMs(): number {
    return this.clock.at(new Date(monotonicMs())).getTime();
  }
}

function isAbout({ businessId, person }: Credential, changed: readonly string[]): boolean {
  return changed.includes(businessId ?? '') || changed.includes(person?.userId ?? '');
}
