import { Inject, Injectable } from '@nestjs/common';
import { EVENT_TYPES, eventDefinition, type Notice } from '../../common/events';
import { newId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { MailQueue } from '../../platform/mail/mail-queue';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { BusinessesService } from '../businesses/businesses.service';
import { EventsService, type EventListener, type StoredEvent } from '../events/events.service';
import {
  NotificationPreferencesService,
  type MailedMember,
} from '../team-members/notification-preferences.service';
import { NotificationsRepository } from './notifications.repository';

const JOB = 'notifications.mail';

/** Which event. */
interface EventPlace {
  businessId: string;
  sequence: number;
}

/**
 * Mails about events that have no mail of their own. The transaction of the events writes one job; the job writes a mail
 * for each member, once; and each is composed when it is sent, for those who may still read it and still want it.
 */
@Injectable()
export class EventMails implements EventListener {
  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly mails: MailQueue,
    private readonly events: EventsService,
    private readonly businesses: BusinessesService,
    private readonly preferences: NotificationPreferencesService,
    private readonly notifications: NotificationsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    events.addListener(this);
  }

  async onAppended(tx: Transaction, appended: readonly StoredEvent[]): Promise<void> {
    const events = (await this.listMailed(tx, appended)).map(({ businessId, sequence }) => ({
      ...{ businessId, sequence },
    }));
    if (events.length > 0) await this.queue.enqueue(tx, JOB, { events });
  }

  /** It needs none of the events of mere routine. */
  listFollowed(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  @JobHandler(JOB)
  async enqueueMails(context: RequestContext, { events }: { events: EventPlace[] }): Promise<void> {
    for (const { businessId, sequence } of events)
      await this.database.transaction(context.with({ businessId }), async (tx) => {
        const event = await this.find(tx, sequence);
        const members = event ? await this.listRecipients(tx, event) : [];
        const rows = members.map(({ id: memberId }) => ({ id: newId(), memberId, sequence }));
        for (const id of await this.notifications.insertMails(tx, rows))
          await this.mails.enqueue(tx, 'notification', id);
      });
  }

  /** Null for one who has left, may no longer read it, or has switched the mails off since. */
  @MailComposer('notification')
  compose(context: RequestContext, mailId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const mail = await this.notifications.findMail(platform, mailId);
      if (!mail) return null;
      const tx = platform.with({ businessId: mail.businessId });
      const event = await this.find(tx, mail.sequence);
      const members = event ? await this.listRecipients(tx, event) : [];
      const to = members.find(({ id }) => id === mail.memberId)?.email;
      return event && to ? { to, values: await this.valuesOf(tx, event) } : null;
    });
  }

  private async valuesOf(tx: Transaction, event: StoredEvent): Promise<Record<string, string>> {
    const { name: businessName } = await this.businesses.get(tx);
    return {
      businessName,
      title: noticeOf(event)!.title,
      happenedAt: event.createdAt.toUTCString(),
      url: `${this.config.appUrl}/notifications`,
    };
  }

  private async find(tx: Transaction, sequence: number): Promise<StoredEvent | null> {
    const filter = { types: EVENT_TYPES, limit: 1, after: sequence - 1, before: sequence + 1 };
    return (await this.events.read(tx, filter))[0] ?? null;
  }

  private async listRecipients(tx: Transaction, event: StoredEvent): Promise<MailedMember[]> {
    const members = await this.preferences.listMailed(tx, eventDefinition(event.type));
    return members.filter(({ id }) => id !== event.actorId);
  }

  /** Those that a member may want a mail of: by a role's default, or by a switch of a member. */
  private async listMailed(
    tx: Transaction,
    events: readonly StoredEvent[],
  ): Promise<readonly StoredEvent[]> {
    const open = events.filter((event) => isOpen(noticeOf(event)));
    const optional = open.filter((event) => noticeOf(event)!.mailTo.length === 0);
    const wanted = optional.length > 0 ? await this.preferences.listWanted(tx, optional) : [];
    const isWanted = ({ businessId, type }: StoredEvent) =>
      wanted.some((each) => each.businessId === businessId && each.type === type);
    return open.filter((event) => !optional.includes(event) || isWanted(event));
  }
}

function noticeOf({ type }: StoredEvent): Notice | undefined {
  return eventDefinition(type).notice;
}

/** Whether any mail of this is sent from here. */
function isOpen(notice: Notice | undefined): boolean {
  if (!notice || notice.hasOwnMail) return false;
  return notice.mailTo.length > 0 || !notice.isFixed;
}
