import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { BusinessesService } from '../businesses/businesses.service';
import { TeamMembersService } from '../team-members/team-members.service';
import { SupportSessionsRepository } from './support-sessions.repository';

/** Notifies the owners of a support session. */
@Injectable()
export class SupportSessionMails {
  constructor(
    private readonly database: Database,
    private readonly sessions: SupportSessionsRepository,
    private readonly businesses: BusinessesService,
    private readonly members: TeamMembersService,
  ) {}

  @MailComposer('support-session-started')
  compose(context: RequestContext, sessionId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (tx) => {
      const session = await this.sessions.findById(tx, sessionId);
      if (!session) return null;
      const inBusiness = tx.with({ businessId: session.businessId });
      const { name: businessName } = await this.businesses.get(inBusiness);
      const { staffEmail, mode, reason, expiresAt } = session;
      const to = await this.members.listOwnerEmails(inBusiness);
      return {
        to,
        values: { businessName, staffEmail, mode, reason, expiresAt: expiresAt.toUTCString() },
      };
    });
  }
}
