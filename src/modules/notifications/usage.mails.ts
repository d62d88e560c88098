import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { BusinessesService } from '../businesses/businesses.service';
import { resetOf } from '../entitlements/usage';
import { FeaturesService } from '../features/features.service';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { NotificationPreferencesService } from '../team-members/notification-preferences.service';
import { UsageAlertsService } from '../usage/usage-alerts.service';
import { eventOfAlert } from '../usage/usage.events';

@Injectable()
export class UsageMails {
  constructor(
    private readonly database: Database,
    private readonly alerts: UsageAlertsService,
    private readonly businesses: BusinessesService,
    private readonly features: FeaturesService,
    private readonly preferences: NotificationPreferencesService,
    private readonly subscriptions: SubscriptionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** To those who want it, owners and admins by default: how much of a limit is used; null where the alert is gone. */
  @MailComposer('usage-alert')
  composeUsageAlert(context: RequestContext, alertId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const alert = await this.alerts.find(platform, alertId);
      if (!alert) return null;
      const tx = platform.with({ businessId: alert.businessId });
      const feature = await this.features.find(tx, alert.feature);
      const { subscription, plan } = await this.subscriptions.getCurrent(tx);
      const { name: businessName } = await this.businesses.get(tx);
      const resetsAt = resetOf(feature?.resets ?? null, subscription.periodEnd, tx.now);
      return {
        to: await this.preferences.listMailedEmails(tx, eventOfAlert(alert)),
        values: {
          businessName,
          featureName: feature?.name ?? alert.feature,
          planName: plan.name,
          percentage: String(alert.percentage),
          used: String(alert.used),
          limit: String(alert.limit),
          whatFollows: resetsAt ? `It starts again at ${resetsAt.toUTCString()}.` : '',
          url: this.config.upgradeUrl,
        },
      };
    });
  }
}
