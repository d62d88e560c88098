import { Inject, Injectable } from '@nestjs/common';
import { hoursBefore } from '../../common/clock';
import { readableNotices } from '../../common/events';
import { decodeCursor } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { EventsService } from '../events/events.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type { ListNotificationsQuery } from './dto/notification';
import type { Notification } from './notification';
import { notificationNotFound } from './notifications.errors';
import {
  NotificationsRepository,
  type FoundNotification,
  type Reader,
} from './notifications.repository';

const COUNTED = 100;

/**
 * The notifications of a person are the events of the log that the person may read and others did, with what the person
 * has read of them. Nothing is written for one who reads nothing.
 */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationsRepository,
    private readonly events: EventsService,
    private readonly members: TeamMembersService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Newest first, one more than `limit`; and how many are unread, up to 100. */
  list(
    context: RequestContext,
    { limit, cursor, unread }: ListNotificationsQuery,
  ): Promise<{ notifications: Notification[]; unreadCount: number }> {
    const [before] = (decodeCursor(cursor, [Number.isSafeInteger]) ?? [null]) as [number | null];
    const filter = { limit: limit + 1, before, isUnread: unread === 'true' };
    return this.database.transaction(context, async (tx) => {
      const found = await this.notifications.list(tx, readerOf(tx), filter);
      return {
        notifications: await this.withNames(tx, found),
        unreadCount: await this.countUnread(tx),
      };
    });
  }

  /** Marks these as read or unread. @returns how many are unread then @throws 403 permission_denied, 404 notification_not_found */
  mark(context: RequestContext, ids: readonly string[], isRead: boolean): Promise<number> {
    return this.database.transaction(context, async (tx) => {
      const { id: memberId } = await this.members.lockCaller(tx);
      const asked = new Set(ids.map((id) => id.toLowerCase()));
      const sequences = await this.notifications.listSequences(tx, readerOf(tx), [...asked]);
      if (sequences.length < asked.size) throw notificationNotFound();
      await this.notifications.lockCursor(tx, memberId, 0);
      await this.notifications.mark(tx, memberId, sequences, isRead);
      return this.countUnread(tx);
    });
  }

  /**
   * Marks all up to a sequence as read; by default up to the last one of now, so that what is written meanwhile stays
   * unread. @returns how many are unread then @throws 403 permission_denied
   */
  readAll(context: RequestContext, through: number | undefined): Promise<number> {
    return this.database.transaction(context, async (tx) => {
      const { id: memberId } = await this.members.lockCaller(tx);
      const { last } = await this.events.readEnds(tx);
      const reached = Math.min(through ?? last, last);
      await this.notifications.lockCursor(tx, memberId, reached);
      await this.notifications.deleteMarks(tx, memberId, reached);
      return this.countUnread(tx);
    });
  }

  /** Platform scope. */
  prune(tx: Transaction, mailsBefore: Date): Promise<void> {
    const marksBefore = hoursBefore(tx.now, 24 * this.config.eventsRetentionDays); // a mark is younger than its event
    return this.notifications.prune(tx, marksBefore, mailsBefore);
  }

  private countUnread(tx: Transaction): Promise<number> {
    return this.notifications.countUnread(tx, readerOf(tx), COUNTED);
  }

  private async withNames(
    tx: Transaction,
    found: readonly FoundNotification[],
  ): Promise<Notification[]> {
    const actors = new Set(found.flatMap(({ actorId }) => actorId ?? []));
    const names = await this.members.listNames(tx, [...actors]);
    return found.map((each) => ({ ...each, actorName: names.get(each.actorId ?? '') ?? null }));
  }
}

function readerOf(context: RequestContext): Reader {
  const { memberId } = context.requireMember();
  return { memberId, types: readableNotices(context.permissions) };
}
