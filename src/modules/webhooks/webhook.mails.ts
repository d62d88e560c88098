import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { BusinessesService } from '../businesses/businesses.service';
import { NotificationPreferencesService } from '../team-members/notification-preferences.service';
import type { DisabledReason } from './webhook-endpoint.entity';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';
import { webhookEndpointDisabledEvent } from './webhooks.events';

const WHY: Record<DisabledReason, string> = {
  by_person: 'A member of your team disabled it.',
  gone: 'It answered with the status 410, which means that it is gone for good.',
  failing: 'It has taken nothing for five days.',
};

/** Notifies those who want it, owners by default, that an endpoint gets nothing more. */
@Injectable()
export class WebhookMails {
  constructor(
    private readonly database: Database,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly businesses: BusinessesService,
    private readonly preferences: NotificationPreferencesService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null where it was enabled or deleted meanwhile. */
  @MailComposer('webhook-endpoint-disabled')
  compose(context: RequestContext, endpointId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const endpoint = await this.endpoints.findOfAny(platform, endpointId);
      if (!endpoint?.disabledReason) return null;
      const tx = platform.with({ businessId: endpoint.businessId });
      const { name: businessName } = await this.businesses.get(tx);
      return {
        to: await this.preferences.listMailedEmails(tx, webhookEndpointDisabledEvent),
        values: {
          businessName,
          why: WHY[endpoint.disabledReason],
          url: `${this.config.appUrl}/webhooks?endpoint=${endpointId}`,
        },
      };
    });
  }
}
