import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { ApiKeysService } from '../api-keys/api-keys.service';
import {
  PeriodShiftService,
  type ShiftedPeriod,
} from '../subscriptions/renewal/period-shift.service';
import { InvitationsService } from '../team-members/invitations.service';

/**
 * For development: moves a business into the past, so that time seems to have passed for it.
 * A month is not a number of days: after a shift, the boundaries of a monthly subscription count on from an
 * anchor on another day of the month, so its next period may be up to three days shorter or longer.
 */
@Injectable()
export class TimeShiftService {
  constructor(
    private readonly database: Database,
    private readonly periods: PeriodShiftService,
    private readonly apiKeys: ApiKeysService,
    private readonly invitations: InvitationsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Moves the subscriptions of the context's business, their closed periods, its invitations and the life of its
   * expiring API keys. What the product counts stays where it is.
   * @returns the period that is running after it, or null when there is no such business
   * @throws in production
   */
  async shift(context: RequestContext, days: number): Promise<ShiftedPeriod | null> {
    if (this.config.environment === 'production')
      throw new Error('time is not shifted in production');
    return this.database.transaction(context, async (tx) => {
      const period = await this.periods.shift(tx, days);
      await this.apiKeys.shift(tx, days);
      await this.invitations.shift(tx, days);
      return period;
    });
  }
}
