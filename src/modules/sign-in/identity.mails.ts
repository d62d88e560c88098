import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { UsersRepository } from '../identity/users.repository';
import { IdentitiesRepository } from '../identity/identities.repository';
import { ProvidersService } from './providers.service';

const REASON = 'people belong to no tenant';

/** Tells people that an identity provider was linked to their account or unlinked. */
@Injectable()
export class IdentityMails {
  constructor(
    private readonly database: Database,
    private readonly identities: IdentitiesRepository,
    private readonly users: UsersRepository,
    private readonly providers: ProvidersService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: it is unlinked again, of which another mail tells. */
  @MailComposer('identity-linked')
  composeLinked(
    context: RequestContext,
    identityId: string,
    at: Date,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.identities.findForMail(tx, identityId);
      if (!found) return null;
      const { userId, issuer, email: identityEmail } = found;
      const { email } = await this.users.get(tx, userId);
      const providerName = this.providers.nameOf(issuer);
      return { to: email, values: { ...this.valuesOf(email, at), identityEmail, providerName } };
    });
  }

  @MailComposer('identity-unlinked')
  composeUnlinked(context: RequestContext, userId: string, at: Date): Promise<ComposedMail> {
    return this.database.platform(context, REASON, async (tx) => {
      const { email } = await this.users.get(tx, userId);
      return { to: email, values: this.valuesOf(email, at) };
    });
  }

  private valuesOf(email: string, at: Date): Record<string, string> {
    return { email, happenedAt: at.toUTCString(), url: this.config.appUrl };
  }
}
