import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { usage } from '../../api/operations';
import type { EntitlementsResponse } from '@tenantry/client';
import { text } from '../../text/catalogue';
import { Badge, Skeleton } from '../../ui/feedback';
import { formatLimit, formatNumber, Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Meter } from '../../ui/meter';
import { Card, Facts } from '../../ui/page';
import { lastDays, withEmptyDays } from '../usage/days';

const DayChart = lazy(() => import('../../ui/chart'));

type Entitlement = NonNullable<EntitlementsResponse['features'][string]>;
type Metered = Extract<Entitlement, { kind: 'metered' }>;
type Counted = Extract<Entitlement, { used: number }>;

const isCounted = (entitlement: Entitlement): entitlement is Counted => 'used' in entitlement;

/** Every feature of the plan: what is counted, with its limit, and below what is on or has a value. */
export function FeatureCards() {
  return (
    <Loaded queryKey={['entitlements']} load={usage.entitlements} lines={6}>
      {({ features }) => {
        const entries = Object.entries(features) as [string, Entitlement][];
        const counted = entries.filter((entry): entry is [string, Counted] => isCounted(entry[1]));
        const metered = counted.filter(
          (entry): entry is [string, Metered] => entry[1].kind === 'metered',
        );
        const allocated = counted.filter(([, { kind }]) => kind !== 'metered');
        const others = entries.filter(([, entitlement]) => !isCounted(entitlement));
        return (
          <>
            {metered.map(([key, entitlement]) => (
              <MeteredCard key={key} feature={key} entitlement={entitlement} />
            ))}
            <div className="tiles">
              {allocated.map(([key, entitlement]) => (
                <AllocatedTile key={key} feature={key} entitlement={entitlement} />
              ))}
            </div>
            {others.length > 0 && <Values entries={others} />}
          </>
        );
      }}
    </Loaded>
  );
}

function MeteredCard({ feature, entitlement }: { feature: string; entitlement: Metered }) {
  const { used, limit, remaining, credits, resetsAt } = entitlement;
  const label = text.feature(feature);
  return (
    <Card
      title={label}
      actions={
        <Link to="/usage/$feature" params={{ feature }} className="button button-quiet">
          {text.usage.details}
        </Link>
      }
    >
      <p className="figure">
        <strong>{formatNumber(used)}</strong>
        <span>{text.usage.of(formatLimit(limit))}</span>
      </p>
      <Meter label={label} used={used} limit={limit} />
      <p className="hint">
        {text.usage.remaining(formatLimit(remaining), formatNumber(credits))}{' '}
        {resetsAt && (
          <>
            {text.usage.resets} <Time at={resetsAt} isDay />.
          </>
        )}
      </p>
      <Days feature={feature} label={label} />
    </Card>
  );
}

/** Drawn by a chunk of its own: the numbers are there before it. */
export function Days({ feature, label }: { feature: string; label: string }) {
  const range = lastDays();
  return (
    <Suspense fallback={<Skeleton lines={4} />}>
      <Loaded
        queryKey={['usage', feature, 'history', range.from]}
        load={() => usage.history(feature, range)}
        lines={4}
      >
        {({ data }) => <DayChart days={withEmptyDays(data, range)} label={label} />}
      </Loaded>
    </Suspense>
  );
}

function AllocatedTile({ feature, entitlement }: { feature: string; entitlement: Counted }) {
  const { used, limit } = entitlement;
  return (
    <section className="card tile">
      <h2>{text.feature(feature)}</h2>
      <p className="figure">
        <strong>{formatNumber(used)}</strong>
        <span>{text.usage.of(formatLimit(limit))}</span>
      </p>
      <Meter label={text.feature(feature)} used={used} limit={limit} />
    </section>
  );
}

function Values({ entries }: { entries: [string, Entitlement][] }) {
  return (
    <Card title={text.usage.included}>
      <Facts
        facts={entries.map(([key, entitlement]) => [text.feature(key), valueOf(entitlement)])}
      />
    </Card>
  );
}

function valueOf(entitlement: Entitlement) {
  if ('enabled' in entitlement)
    return (
      <Badge tone={entitlement.enabled ? 'good' : 'neutral'}>
        {entitlement.enabled ? text.common.on : text.common.off}
      </Badge>
    );
  return 'value' in entitlement ? String(entitlement.value ?? '–') : null;
}
