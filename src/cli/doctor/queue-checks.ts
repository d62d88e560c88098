import { CronTime } from 'cron';
import { RENEWAL } from '../../modules/subscriptions/renewal.cron';
import { LOCK_CLASS } from '../../platform/queue/worker-presence';
import type { Query } from './database-checks';
import { fail, ok, warn, type Finding } from './finding';

const LATE_AFTER_SECONDS = 300;
const STUCK_AFTER_SECONDS = 3_600;
/** A run may take a while, and clocks differ. */
const GRACE_SECONDS = 180;

const START_CRON = 'Start a server with `cron` among its ROLES, and look for "renewal" in its log.';
const START_WORKER = 'Start a server with `worker` among its ROLES.';

/** Whether renewal has run when `RENEWAL_CRON` last said so, by its heartbeat. */
export async function checkRenewal(query: Query, renewalCron: string): Promise<Finding> {
  const [beat] = await query<{ ranAt: Date; now: Date }>(
    'SELECT ran_at AS "ranAt", now() AS now FROM cron_heartbeats WHERE name = $1',
    [RENEWAL],
  );
  if (!beat) return warn('renewal', 'it has never run on this database', START_CRON);
  const due = new CronTime(renewalCron).getNextDateFrom(beat.ranAt).toMillis();
  const lateSeconds = (beat.now.getTime() - due) / 1000;
  const detail = `it last ran at ${beat.ranAt.toISOString()}`;
  return lateSeconds > GRACE_SECONDS
    ? fail('renewal', `${detail} and has missed its time since`, START_CRON)
    : ok('renewal', detail);
}

/** How long jobs wait that could run. */
export async function checkQueue(query: Query): Promise<Finding> {
  const [{ count, ageSeconds }] = (await query(READY)) as [{ count: number; ageSeconds: number }];
  const age = Math.round(ageSeconds);
  const detail = `${count} ready, the oldest for ${age} s`;
  if (age <= LATE_AFTER_SECONDS) return ok('queue', detail);
  const fix = `${START_WORKER} Where there is one: more of them, or see the log for what holds them up.`;
  return age > STUCK_AFTER_SECONDS ? fail('queue', detail, fix) : warn('queue', detail, fix);
}

export async function checkFailedJobs(query: Query): Promise<Finding> {
  const rows = await query<{ name: string; count: number }>(FAILED);
  if (rows.length === 0) return ok('failed jobs', 'none');
  const detail = `given up: ${rows.map(({ name, count }) => `${count} × ${name}`).join(', ')}`;
  const fix =
    'GET /v1/staff/jobs?state=failed says why; mend that, then POST /v1/staff/jobs/{id}/retry.';
  return warn('failed jobs', detail, fix);
}

/** Living workers hold a lock each. Without one it is only a warning while nothing waits. */
export async function checkWorkers(query: Query): Promise<Finding> {
  const [{ workers }] = (await query(WORKERS, [LOCK_CLASS])) as [{ workers: number }];
  if (workers > 0) return ok('workers', `${workers} are there`);
  const [{ count }] = (await query(READY)) as [{ count: number }];
  if (count === 0) return warn('workers', 'none is there; no job waits for one', START_WORKER);
  return fail('workers', `none is there, and ${count} jobs wait`, START_WORKER);
}

const READY = `
  SELECT count(*)::integer AS count, coalesce(extract(epoch FROM now() - min(run_at)), 0)::float8 AS "ageSeconds"
  FROM graphile_worker.jobs
  WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now()`;

const FAILED = `
  SELECT task_identifier AS name, count(*)::integer AS count FROM graphile_worker.jobs
  WHERE locked_at IS NULL AND attempts >= max_attempts GROUP BY task_identifier ORDER BY count(*) DESC, name`;

const WORKERS = `
  SELECT count(DISTINCT objid)::integer AS workers FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = $1::int::oid AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
