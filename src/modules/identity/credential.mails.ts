import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { PasskeysRepository, type MailedOwner } from './passkeys/passkeys.repository';

const REASON = 'people and staff belong to no tenant';

/** What to do after another person has been in, and where. Staff cannot reset a password by mail. */
const OF_KIND = {
  user: { remedy: 'reset your password and tell the operator', page: '' },
  staff: {
    remedy: 'ask the operator of this installation for a new password (cli staff:reset-password)',
    page: '/console/staff',
  },
};

/** Tells people and staff what has changed of their password and second factors, and that a recovery code was used. */
@Injectable()
export class CredentialMails {
  constructor(
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('passkey-added')
  composePasskeyAdded(
    context: RequestContext,
    passkeyId: string,
    at: Date,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.passkeys.findForMail(tx, passkeyId);
      if (!found) return null;
      const { email, name: passkeyName } = found;
      return { to: email, values: { ...this.valuesOf(found, at), passkeyName } };
    });
  }

  /** Null: the account is gone. */
  @MailComposer(
    'password-changed',
    'passkey-removed',
    'authenticator-app-added',
    'authenticator-app-removed',
    'second-factor-removed',
    'recovery-codes-renewed',
    'recovery-code-used',
  )
  composeChange(context: RequestContext, ownerId: string, at: Date): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = await this.passkeys.findOwner(tx, ownerId);
      return owner && { to: owner.email, values: this.valuesOf(owner, at) };
    });
  }

  private valuesOf({ email, kind }: MailedOwner, at: Date): Record<string, string> {
    const { remedy, page } = OF_KIND[kind];
    return { email, happenedAt: at.toUTCString(), remedy, url: this.config.appUrl + page };
  }
}
