import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { toPage } from '../../common/pagination';
import { permissionDenied } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import {
  ListNotificationsQuery,
  NotificationPage,
  ReadAllRequest,
  toNotificationResponse,
  UnreadResponse,
  UpdateNotificationsRequest,
} from './dto/notification';
import { notificationNotFound } from './notifications.errors';
import { NotificationsService } from './notifications.service';

@Tag('Notifications', {
  description: 'What people are told of, in the console and by mail',
  position: 127,
})
@Controller('v1/notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    action: 'notification.list',
    summary: 'What others did that you may read, newest first',
    status: 200,
    answers: NotificationPage,
  })
  async list(
    @Ctx() context: RequestContext,
    @Query() query: ListNotificationsQuery,
  ): Promise<NotificationPage> {
    const { notifications, unreadCount } = await this.notifications.list(context, query);
    const toKey = ({ sequence }: { sequence: number }) => [sequence];
    const page = toPage(notifications, query.limit, toNotificationResponse, toKey);
    return { ...page, unreadCount };
  }

  @Patch()
  @Access({
    audience: 'dashboard',
    action: 'notification.update',
    summary: 'Mark some as read, or as unread',
    status: 200,
    answers: UnreadResponse,
    problems: [permissionDenied, notificationNotFound],
  })
  async update(
    @Ctx() context: RequestContext,
    @Body() { ids, read }: UpdateNotificationsRequest,
  ): Promise<UnreadResponse> {
    return { unreadCount: await this.notifications.mark(context, ids, read) };
  }

  @Post('read-all')
  @Access({
    audience: 'dashboard',
    action: 'notification.read_all',
    summary: 'Mark all as read',
    status: 200,
    answers: UnreadResponse,
    problems: [permissionDenied],
    idempotency: 'repeatable',
  })
  async readAll(
    @Ctx() context: RequestContext,
    @Body() { through }: ReadAllRequest,
  ): Promise<UnreadResponse> {
    return { unreadCount: await this.notifications.readAll(context, through) };
  }
}
