import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { AnnouncedCache } from '../../platform/database/announced-cache';
import { ChangeFeed } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import type { Business } from '../businesses/business.entity';

/** About 300 bytes each. */
const MAXIMUM_ENTRIES = 50_000;

/** The businesses that service keys have named, so that a request costs no query to find its business. */
@Injectable()
export class BusinessStatuses extends AnnouncedCache<Pick<Business, 'id' | 'status'>> {
  constructor(clock: Clock, listener: ChangeListener, feed: ChangeFeed) {
    super(clock, listener, feed, MAXIMUM_ENTRIES);
  }

  protected isAbout({ id }: Pick<Business, 'id'>, changed: readonly string[]): boolean {
    return changed.includes(id);
  }
}
