import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { permissionDenied } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import {
  NotificationPreferencesResponse,
  UpdateNotificationPreferencesRequest,
} from './dto/notification-preferences';
import { NotificationPreferencesService } from './notification-preferences.service';

@ApiTags('Notifications')
@Controller('v1/notification-preferences')
export class NotificationPreferencesController {
  constructor(private readonly preferences: NotificationPreferencesService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    action: 'notification_preference.list',
    summary: 'Which notifications you get by mail',
    status: 200,
    answers: NotificationPreferencesResponse,
  })
  async list(@Ctx() context: RequestContext): Promise<NotificationPreferencesResponse> {
    return { preferences: await this.preferences.list(context) };
  }

  @Patch()
  @Access({
    audience: 'dashboard',
    action: 'notification_preference.update',
    summary: 'Switch mails on or off, by type',
    status: 200,
    answers: NotificationPreferencesResponse,
    problems: [permissionDenied],
  })
  async update(
    @Ctx() context: RequestContext,
    @Body() { preferences }: UpdateNotificationPreferencesRequest,
  ): Promise<NotificationPreferencesResponse> {
    return { preferences: await this.preferences.update(context, preferences) };
  }
}
