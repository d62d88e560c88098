import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { EmailChangesRepository, type EmailChangeMail } from './email-changes.repository';

const REASON = 'people belong to no tenant';
const CONFIRM_PAGE = '/confirm-email';
const UNDO_PAGE = '/undo-email-change';

/** The mails of a change of address, with its keys; obsolete ones are not sent. */
@Injectable()
export class EmailChangeMails {
  constructor(
    private readonly database: Database,
    private readonly changes: EmailChangesRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @MailComposer('email-change-old')
  composeOld(context: RequestContext, id: string): Promise<ComposedMail | null> {
    return this.compose(context, id, 'old', CONFIRM_PAGE, ({ oldEmail }) => oldEmail);
  }

  @MailComposer('email-change-new')
  composeNew(context: RequestContext, id: string): Promise<ComposedMail | null> {
    return this.compose(context, id, 'new', CONFIRM_PAGE, ({ newEmail }) => newEmail);
  }

  @MailComposer('email-changed')
  async composeChanged(
    context: RequestContext,
    id: string,
    at: Date,
  ): Promise<ComposedMail | null> {
    const toWhom = ({ oldEmail }: EmailChangeMail) => oldEmail;
    const mail = await this.compose(context, id, 'undo', UNDO_PAGE, toWhom);
    return mail && { ...mail, values: { ...mail.values, happenedAt: at.toUTCString() } };
  }

  @MailComposer('email-changed-new')
  composeChangedToNew(context: RequestContext, id: string, at: Date): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.changes.findAddresses(tx, id);
      if (!found) return null;
      const { oldEmail, newEmail } = found;
      const values = { oldEmail, newEmail, happenedAt: at.toUTCString(), url: this.config.appUrl };
      return { to: newEmail, values };
    });
  }

  @MailComposer('email-change-undone')
  composeUndone(context: RequestContext, id: string, at: Date): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.changes.findAddresses(tx, id);
      if (!found) return null;
      const { oldEmail, newEmail } = found;
      return {
        to: [oldEmail, newEmail],
        values: { oldEmail, newEmail, happenedAt: at.toUTCString() },
      };
    });
  }

  private compose(
    context: RequestContext,
    id: string,
    mailed: 'old' | 'new' | 'undo',
    page: string,
    toWhom: (mail: EmailChangeMail) => string,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.changes.findForMail(tx, id, mailed);
      if (!found) return null;
      const { oldEmail, newEmail, key } = found;
      const url = `${this.config.appUrl}${page}?token=${key}`;
      return { to: toWhom(found), values: { oldEmail, newEmail, url } };
    });
  }
}
