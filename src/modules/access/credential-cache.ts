import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { AnnouncedCache, type LookUp } from '../../platform/database/announced-cache';
import { ChangeFeed } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import type { Credential } from './credential';

/** About 1 KiB each. */
const MAXIMUM_ENTRIES = 10_000;

/** The second within which a revocation must reach every replica; some kinds of credential announce no change. */
const RECENT_MS = 1_000;

/**
 * Valid credentials by the hash of their token, so that authentication needs no query. A revoked key is refused
 * everywhere within a second, and at once where it was revoked. Unknown tokens are not cached, so anonymous requests
 * cannot fill it. After 30 seconds a credential is looked up again, which also records its use.
 */
@Injectable()
export class CredentialCache extends AnnouncedCache<Credential> {
  constructor(clock: Clock, listener: ChangeListener, feed: ChangeFeed) {
    super(clock, listener, feed, MAXIMUM_ENTRIES);
  }

  /** Whether a result of that moment is still valid: no change since, and less than a second ago. */
  isRecent(moment: LookUp): boolean {
    return this.isUnchangedSince(moment, RECENT_MS);
  }

  protected isAbout(
    { businessId, person, service }: Credential,
    changed: readonly string[],
  ): boolean {
    return [businessId, person?.userId, service?.id].some((id) => id && changed.includes(id));
  }
}
