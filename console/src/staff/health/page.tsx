import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { staffOperations } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { Badge, Fault, Skeleton } from '../../ui/feedback';
import { Page } from '../../ui/page';

const words = text.staff.health;
const ASK_EVERY_MS = 10_000;
const COUNTED = 100;

interface Failures {
  data: readonly unknown[];
  nextCursor: string | null;
}

export default function Health() {
  return (
    <Page title={words.title} lead={words.lead}>
      <div className="tiles">
        <Server />
        <Failed
          title={words.failedJobs}
          to="/staff/jobs"
          load={() => staffOperations.listJobs({ state: 'failed', limit: COUNTED })}
        />
        <Failed
          title={words.failedEvents}
          to="/staff/webhook-inbox"
          load={() => staffOperations.listInbox({ state: 'failed', limit: COUNTED })}
        />
      </div>
      <p className="hint">
        {words.metrics} <code>/metrics</code>.
      </p>
    </Page>
  );
}

function Server() {
  const { data, error } = useQuery({
    queryKey: ['health'],
    queryFn: staffOperations.readiness,
    refetchInterval: ASK_EVERY_MS,
  });
  return (
    <section className="card tile">
      <h2>{words.server}</h2>
      <p className="figure">
        {data && !error && <Badge tone="good">{words.ready}</Badge>}
        {error && <Badge tone="bad">{words.notReady}</Badge>}
      </p>
      {error ? <Fault error={error} /> : <p className="hint">{words.serverHint}</p>}
    </section>
  );
}

function Failed({ title, to, load }: { title: string; to: string; load: () => Promise<Failures> }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['health', to],
    queryFn: load,
    refetchInterval: ASK_EVERY_MS,
  });
  return (
    <section className="card tile">
      <h2>{title}</h2>
      {error ? <Fault error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <p className="figure">
          <strong>{words.atLeast(data.data.length, data.nextCursor !== null)}</strong>
        </p>
      ) : (
        !error && <Skeleton lines={1} />
      )}
      <Link to={to}>{text.usage.details}</Link>
    </section>
  );
}
