import type { SubscriptionResponse } from '@tenantry/client';
import { text } from '../../text/catalogue';
import { Badge } from '../../ui/feedback';
import { formatMoney, Time } from '../../ui/format';
import { Facts } from '../../ui/page';
import { SUBSCRIPTION_TONE } from '../plan/tones';

/** Plan, status and period, in one line. */
export function SubscriptionStrip({ subscription }: { subscription: SubscriptionResponse }) {
  const { plan, status, currentPeriod, cancelAtPeriodEnd, scheduledPlan } = subscription;
  const ending = cancelAtPeriodEnd ? text.plan.endsAt : text.plan.renewsAt;
  return (
    <section className="card">
      <Facts
        facts={[
          [text.plan.current, <strong key="plan">{plan.name}</strong>],
          [
            text.plan.status,
            <Badge key="status" tone={SUBSCRIPTION_TONE[status]}>
              {text.subscriptionStatus[status]}
            </Badge>,
          ],
          [text.plan.price, `${formatMoney(plan.price)} ${text.plan.per(plan.interval)}`],
          [ending, <Time key="end" at={currentPeriod.end} isDay />],
          ...(scheduledPlan ? [[text.plan.then, scheduledPlan.name] as const] : []),
        ]}
      />
    </section>
  );
}
