import { Injectable } from '@nestjs/common';
import { businessDeactivated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { Business } from '../businesses/business.entity';
import { BusinessesService } from '../businesses/businesses.service';
import type { SubscriptionView } from '../subscriptions/decisions/subscription-view';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import type { SupportSession } from '../support-sessions/support-session.entity';
import { supportAccessOff } from '../support-sessions/support-sessions.errors';
import { SupportSessionsService } from '../support-sessions/support-sessions.service';
import type { OpenSupportSessionRequest, SearchBusinessesQuery } from './dto/staff.requests';
import { TeamMembersService, type Owner } from '../team-members/team-members.service';
import { StaffBusinessesRepository } from './staff-businesses.repository';

const REASON = 'staff manage all businesses';
const ONE_MINUTE_MS = 60_000;

export interface StaffBusiness {
  business: Business;
  subscription: SubscriptionView;
  owners: Owner[];
}

/** How staff find businesses, deactivate and activate them, and open support sessions. */
@Injectable()
export class StaffBusinessesService {
  constructor(
    private readonly database: Database,
    private readonly everywhere: StaffBusinessesRepository,
    private readonly businesses: BusinessesService,
    private readonly members: TeamMembersService,
    private readonly subscriptions: SubscriptionsService,
    private readonly support: SupportSessionsService,
  ) {}

  search(context: RequestContext, query: SearchBusinessesQuery): Promise<StaffBusiness[]> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.everywhere.search(tx, query);
      const described: StaffBusiness[] = [];
      for (const business of found) described.push(await this.describe(tx, business)); // a page of 20: a few statements each
      return described;
    });
  }

  /** @throws 404 business_not_found */
  get(context: RequestContext, id: string): Promise<StaffBusiness> {
    return this.database.platform(context, REASON, async (tx) =>
      this.describe(tx, await this.businesses.getNamed(tx.with({ businessId: id }))),
    );
  }

  /** Effective from the next request in that business. @throws 404 business_not_found */
  setStatus(
    context: RequestContext,
    id: string,
    status: Business['status'],
  ): Promise<StaffBusiness> {
    return this.database.platform(context, REASON, async (tx) => {
      const inBusiness = tx.with({ businessId: id });
      const business = await this.businesses.getNamed(inBusiness);
      await this.businesses.setStatus(inBusiness, status);
      return this.describe(tx, { ...business, status });
    });
  }

  /**
   * Opens a support session in a business, with a reason and for a limited time, and mails its owners.
   * @throws 403 support_access_off, business_deactivated, 404 business_not_found
   */
  openSupport(
    context: RequestContext,
    id: string,
    request: OpenSupportSessionRequest,
  ): Promise<{ session: SupportSession; token: string }> {
    return this.database.platform(context, REASON, async (tx) => {
      const inBusiness = tx.with({ businessId: id });
      const business = await this.businesses.lockNamed(inBusiness); // switching support access off waits, and ends this session
      if (!business.supportAccess) throw supportAccessOff();
      if (business.status !== 'active') throw businessDeactivated();
      const asked = { ...askedBy(tx), ...askedFor(request, tx.now) };
      return this.support.open(inBusiness, asked);
    });
  }

  /** Ends a support session, one's own or a colleague's. @throws 404 support_session_not_found */
  endSupport(context: RequestContext, id: string): Promise<void> {
    return this.database.platform(context, REASON, (tx) => this.support.end(tx, id));
  }

  private async describe(tx: Transaction, business: Business): Promise<StaffBusiness> {
    const inBusiness = tx.with({ businessId: business.id });
    const subscription = await this.subscriptions.getCurrent(inBusiness);
    return { business, subscription, owners: await this.members.listOwners(inBusiness) };
  }
}

function askedBy({
  actor,
  staffSessionId,
}: RequestContext): Pick<SupportSession, 'staffId' | 'staffEmail' | 'staffSessionId'> {
  return { staffId: actor.id!, staffEmail: actor.email!, staffSessionId }; // the guard admits only staff
}

function askedFor(
  { reason, ticket = null, mode, ttlMinutes }: OpenSupportSessionRequest,
  now: Date,
): Pick<SupportSession, 'reason' | 'ticket' | 'mode' | 'expiresAt'> {
  return { reason, ticket, mode, expiresAt: new Date(now.getTime() + ttlMinutes * ONE_MINUTE_MS) };
}
