import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { OneTimeKeys } from '../identity/one-time-keys';
import { statusOf } from './invitation.entity';
import { InvitationsRepository } from './invitations.repository';

/** The mail with an invitation's key, which is derived only here, on sending. */
@Injectable()
export class InvitationMails {
  constructor(
    private readonly database: Database,
    private readonly invitations: InvitationsRepository,
    private readonly keys: OneTimeKeys,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('invitation')
  compose(context: RequestContext, invitationId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (tx) => {
      const invitation = await this.invitations.findById(tx, invitationId);
      if (!invitation || statusOf(invitation, tx.now) !== 'pending') return null;
      const { businessName, invitedBy } = await this.invitations.readDetails(tx, invitation);
      const key = this.keys.derive('invitation', invitation.id, invitation.nonce);
      const url = `${this.config.appUrl}/signup?activationKey=${key}`;
      const { role, expiresAt, email } = invitation;
      return {
        to: email,
        values: {
          businessName,
          invitedBy: invitedBy ?? businessName,
          role,
          url,
          expiresAt: expiresAt.toUTCString(),
        },
      };
    });
  }
}
