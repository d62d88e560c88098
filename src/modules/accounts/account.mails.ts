import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { OneTimeKeysRepository, type UserKeyPurpose } from '../identity/one-time-keys.repository';

/** The mails with a person's one-time keys; an expired or replaced key is not sent. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly database: Database,
    private readonly keys: OneTimeKeysRepository,
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

  private compose(
    context: RequestContext,
    keyId: string,
    purpose: UserKeyPurpose,
    path: string,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, 'people belong to no tenant', async (tx) => {
      const found = await this.keys.findForMail(tx, keyId, purpose);
      if (!found) return null;
      const { email, key } = found;
      return { to: email, values: { email, url: `${this.config.appUrl}${path}?token=${key}` } };
    });
  }
}
