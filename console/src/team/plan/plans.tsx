import type { PlanResponse, SubscriptionResponse } from '@tenantry/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { plans } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { Badge, Fault, Skeleton } from '../../ui/feedback';
import { formatLimit, formatMoney } from '../../ui/format';
import { ChangeDialog } from './change-dialog';

/** The plans on offer, side by side. */
export function Plans({ subscription }: { subscription: SubscriptionResponse }) {
  const [chosen, setChosen] = useState<PlanResponse | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['plans'],
    queryFn: () => plans.list({ limit: 100 }),
  });
  if (error) return <Fault error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={6} />;
  return (
    <>
      <h2 className="section">{text.plan.offered}</h2>
      <div className="plans">
        {data.data.map((plan) => (
          <PlanCard key={plan.id} plan={plan} subscription={subscription} onChoose={setChosen} />
        ))}
      </div>
      {chosen && <ChangeDialog plan={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

interface CardProps {
  plan: PlanResponse;
  subscription: SubscriptionResponse;
  onChoose: (plan: PlanResponse) => void;
}

function PlanCard({ plan, subscription, onChoose }: CardProps) {
  const { may } = useMe();
  const hasEnded = ['canceled', 'expired'].includes(subscription.status);
  const isCurrent = plan.id === subscription.plan.id && !hasEnded;
  const limits = Object.entries(plan.limits);
  return (
    <section className={isCurrent ? 'card plan plan-current' : 'card plan'} aria-label={plan.name}>
      <header>
        <h3>{plan.name}</h3>
        {isCurrent && <Badge tone="accent">{text.plan.yours}</Badge>}
      </header>
      <p className="figure">
        <strong>{formatMoney(plan.price)}</strong>
        <span>{text.plan.per(plan.interval)}</span>
      </p>
      <p className="hint">{plan.description}</p>
      <ul>
        {limits.map(([feature, limit]) => (
          <li key={feature}>
            <strong>{formatLimit(limit ?? null)}</strong> {text.feature(feature).toLowerCase()}
          </li>
        ))}
      </ul>
      {may('subscription:write') && !isCurrent && (
        <Button kind="primary" onPress={() => onChoose(plan)}>
          {text.plan.choose}
        </Button>
      )}
    </section>
  );
}
