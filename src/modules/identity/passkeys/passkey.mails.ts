import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { CONFIG, type Config } from '../../../platform/config/config';
import { Database } from '../../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../../platform/mail/mail-composer.decorator';
import { PasskeysRepository } from './passkeys.repository';

const REASON = 'people and staff belong to no tenant';

/** Tells people and staff that a passkey of theirs was added or removed. */
@Injectable()
export class PasskeyMails {
  constructor(
    private readonly database: Database,
    private readonly passkeys: PasskeysRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('passkey-added')
  composeAdded(context: RequestContext, passkeyId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.passkeys.findForMail(tx, passkeyId);
      if (!found) return null;
      const { email, name: passkeyName } = found;
      return { to: email, values: { email, passkeyName, url: this.config.appUrl } };
    });
  }

  @MailComposer('passkey-removed')
  composeRemoved(context: RequestContext, ownerId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const email = await this.passkeys.findOwnerEmail(tx, ownerId);
      return email === null ? null : { to: email, values: { email, url: this.config.appUrl } };
    });
  }
}
