import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { LostFactorsRepository } from './lost-factors.repository';

const ACCOUNT_PAGE = '/console/account';

/** Tells people that their second factor was removed for them, or will be. */
@Injectable()
export class LostFactorMails {
  constructor(
    private readonly database: Database,
    private readonly resets: LostFactorsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('second-factor-cleared')
  composeCleared(context: RequestContext, resetId: string, at: Date): Promise<ComposedMail | null> {
    return this.database.platform(context, 'people belong to no tenant', async (tx) => {
      const reset = await this.resets.findForMail(tx, resetId);
      if (!reset?.requestedByEmail) return null;
      const { email, requestedByEmail: ownerEmail } = reset;
      const values = { email, ownerEmail, happenedAt: at.toUTCString() };
      return { to: [email, ownerEmail], values };
    });
  }

  @MailComposer('second-factor-reset')
  composeReset(context: RequestContext, resetId: string, at: Date): Promise<ComposedMail | null> {
    return this.database.platform(context, 'people belong to no tenant', async (tx) => {
      const reset = await this.resets.findForMail(tx, resetId);
      if (!reset?.isOpen) return null;
      const { email } = reset;
      const [happenedAt, effectiveAt] = [at.toUTCString(), reset.effectiveAt.toUTCString()];
      const url = this.config.appUrl + ACCOUNT_PAGE;
      return { to: email, values: { email, happenedAt, effectiveAt, url } };
    });
  }
}
