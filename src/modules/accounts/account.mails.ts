import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { OneTimeKeysRepository, type UserKeyPurpose } from '../identity/one-time-keys.repository';
import { UsersRepository } from '../identity/users.repository';

const REASON = 'people belong to no tenant';

/** The mails with a person's one-time keys, of which an expired or replaced one is not sent, and about a new password. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly database: Database,
    private readonly keys: OneTimeKeysRepository,
    private readonly users: UsersRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('password-reset')
  composeReset(context: RequestContext, keyId: string): Promise<ComposedMail | null> {
    return this.compose(context, keyId, 'password_reset', '/reset-password');
  }

  @MailComposer('email-verification')
  composeVerification(context: RequestContext, keyId: string): Promise<ComposedMail | null> {
    return this.compose(context, keyId, 'email_verification', '/verify-email');
  }

  @MailComposer('password-changed')
  composeChanged(context: RequestContext, userId: string, at: Date): Promise<ComposedMail> {
    return this.database.platform(context, REASON, async (tx) => {
      const { email } = await this.users.get(tx, userId);
      const values = { email, happenedAt: at.toUTCString(), url: this.config.appUrl };
      return { to: email, values };
    });
  }

  private compose(
    context: RequestContext,
    keyId: string,
    purpose: UserKeyPurpose,
    path: string,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.keys.findForMail(tx, keyId, purpose);
      if (!found) return null;
      const { email, key } = found;
      return { to: email, values: { email, url: `${this.config.appUrl}${path}?token=${key}` } };
    });
  }
}
