import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Business } from './business.entity';
import { BusinessesRepository } from './businesses.repository';
import type { UpdateBusinessRequest } from './dto/update-business.request';

/** The job after a business was deactivated or activated: `{ businessId }`. */
export const BUSINESS_STATUS_CHANGED = 'business.status_changed';

@Injectable()
export class BusinessesService {
  constructor(
    private readonly database: Database,
    private readonly businesses: BusinessesRepository,
  ) {}

  /** The business of the request's credential. */
  get(context: RequestContext): Promise<Business> {
    return this.database.transaction(context, (tx) => this.businesses.get(tx));
  }

  update(
    context: RequestContext,
    { name, supportAccess }: UpdateBusinessRequest,
  ): Promise<Business> {
    const changes = {
      ...(name !== undefined && { name }),
      ...(supportAccess !== undefined && { supportAccess }),
    };
    return this.database.transaction(context, async (tx) => {
      await this.businesses.update(tx, changes);
      if (supportAccess === false) await this.businesses.endSupportSessions(tx);
      return this.businesses.get(tx);
    });
  }
}
