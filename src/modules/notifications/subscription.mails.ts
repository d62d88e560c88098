import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailComposer, type ComposedMail } from '../../platform/mail/mail-composer.decorator';
import { BusinessesService } from '../businesses/businesses.service';
import type { PlanVersion, PlanWithTerms } from '../plans/plan.entity';
import { PlansService } from '../plans/plans.service';
import { isEnded, type SubscriptionView } from '../subscriptions/decisions/subscription-view';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { subscriptionPastDue, trialEnding } from '../subscriptions/subscriptions.events';
import { NotificationPreferencesService } from '../team-members/notification-preferences.service';
import { TeamMembersService } from '../team-members/team-members.service';

@Injectable()
export class SubscriptionMails {
  constructor(
    private readonly database: Database,
    private readonly businesses: BusinessesService,
    private readonly members: TeamMembersService,
    private readonly subscriptions: SubscriptionsService,
    private readonly plans: PlansService,
    private readonly preferences: NotificationPreferencesService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What happens after the trial; null where the trial has ended by now. */
  @MailComposer('trial-ending')
  composeTrialEnding(context: RequestContext, businessId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const tx = platform.with({ businessId });
      const view = await this.subscriptions.getCurrent(tx);
      const { status, periodEnd } = view.subscription;
      if (status !== 'trialing' || periodEnd <= tx.now) return null;
      const { name: businessName } = await this.businesses.get(tx);
      return {
        to: await this.preferences.listMailedEmails(tx, trialEnding),
        values: {
          businessName,
          planName: view.plan.name,
          endsAt: view.subscription.periodEnd.toUTCString(),
          whatFollows: await this.whatFollows(tx, view),
          url: this.config.upgradeUrl,
        },
      };
    });
  }

  /** Until when the grace period lasts; null where the payment has arrived by now. */
  @MailComposer('payment-missing')
  composePaymentMissing(context: RequestContext, businessId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const tx = platform.with({ businessId });
      const { subscription, plan } = await this.subscriptions.getCurrent(tx);
      const { status, pastDueSince, runsUntil } = subscription;
      if (status !== 'past_due' || !pastDueSince || !runsUntil) return null;
      const { name: businessName } = await this.businesses.get(tx);
      return {
        to: await this.preferences.listMailedEmails(tx, subscriptionPastDue),
        values: {
          businessName,
          planName: plan.name,
          since: pastDueSince.toUTCString(),
          until: runsUntil.toUTCString(),
          whatFollows: await this.afterGrace(tx, plan),
          url: this.config.upgradeUrl,
        },
      };
    });
  }

  /** What a formerly free plan costs from the next period; null where it is paid for, or left, by now. */
  @MailComposer('plan-gets-price')
  composePlanGetsPrice(context: RequestContext, businessId: string): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const tx = platform.with({ businessId });
      const { subscription, plan } = await this.subscriptions.getCurrent(tx);
      const { terms, name: planName } = await this.plans.getNewest(tx, subscription.planId);
      const isKeptFree = plan.terms.priceAmount === 0 && !isEnded(subscription);
      if (!isKeptFree || terms.priceAmount === 0) return null;
      const { name: businessName } = await this.businesses.get(tx);
      return {
        to: await this.members.listOwnerEmails(tx),
        values: {
          ...{ businessName, planName, price: priceText(terms) },
          startsAt: subscription.periodEnd.toUTCString(),
          whatFollows: await this.afterFreePeriod(tx),
          url: this.config.upgradeUrl,
        },
      };
    });
  }

  /** A scheduled plan is no longer offered, so the change was called off. */
  @MailComposer('change-called-off')
  composeChangeCalledOff(
    context: RequestContext,
    businessId: string,
  ): Promise<ComposedMail | null> {
    return this.database.platform(context, 'mail jobs know no tenant', async (platform) => {
      const tx = platform.with({ businessId });
      const { plan } = await this.subscriptions.getCurrent(tx);
      const calledOff = await this.subscriptions.findLastScheduledPlan(tx);
      if (!calledOff) return null;
      const { name: businessName } = await this.businesses.get(tx);
      const values = { businessName, planName: plan.name, calledOffPlanName: calledOff.name };
      return {
        to: await this.members.listOwnerEmails(tx),
        values: { ...values, url: this.config.upgradeUrl },
      };
    });
  }

  private async afterFreePeriod(tx: Transaction): Promise<string> {
    if (this.config.stripeSecretKey === null) return 'The plan continues at that price.';
    const { name } = await this.plans.getDefault(tx);
    return `Unless it is paid for by then, the business moves to the plan ${name}.`;
  }

  private async afterGrace(tx: Transaction, { afterGrace }: PlanWithTerms): Promise<string> {
    if (afterGrace === 'expire') return 'Then the subscription expires.';
    const { name } = await this.plans.getDefault(tx);
    return `Then the business moves to the plan ${name}.`;
  }

  private async whatFollows(tx: Transaction, view: SubscriptionView): Promise<string> {
    const { subscription, plan, scheduledPlan } = view;
    if (subscription.cancelAtPeriodEnd || !subscription.autoRenew)
      return 'The subscription ends with it, as you asked.';
    if (subscription.endReason === 'business_deactivated') return 'The subscription ends with it.';
    if (subscription.endReason === 'plan_free')
      return 'The plan continues after it; there is nothing to do.';
    if (scheduledPlan) return `Then the plan ${scheduledPlan.name} begins, as you asked.`;
    if (plan.terms.priceAmount === 0) return 'The plan continues after it; there is nothing to do.';
    if (subscription.stripeSubscriptionId)
      return 'Then the plan is charged for the first time, unless you cancel before.';
    const { name } = await this.plans.getDefault(tx);
    return `Unless it is paid for, the business then moves to the plan ${name}.`;
  }
}

/** `$15.00`, with the minor units of the currency. */
function priceText({ priceAmount, priceCurrency }: PlanVersion): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: priceCurrency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  return format.format(priceAmount / 10 ** digits);
}
