import { CronTime } from 'cron';
import '../../app.module'; // loads every module, so that all schedules are declared
import { RENEWAL } from '../../modules/subscriptions/renewal/renewal.cron';
import type { Config } from '../../platform/config/config';
import { allSchedules, type Schedule } from '../../platform/scheduler/scheduled.decorator';
import { LOCK_CLASS } from '../../platform/queue/worker-presence';
import type { Query } from './database-checks';
import { fail, ok, warn, type Finding } from './finding';

const LATE_AFTER_SECONDS = 300;
const STUCK_AFTER_SECONDS = 3_600;
/** A run may take a while, and clocks differ. */
const GRACE_SECONDS = 180;

const START_CRON = 'Start a server with `cron` among its ROLES, and search its log for "renewal".';
const SEE_SCHEDULES =
  'Start a server with `cron` among its ROLES. Where one runs, its log names each failed run; the rarest schedule is daily.';
const START_WORKER = 'Start a server with `worker` among its ROLES.';

interface Heartbeat {
  name: string;
  ranAt: Date;
  now: Date;
}

/** Whether renewal has run when `RENEWAL_CRON` last fell due, by its heartbeat. */
export async function checkRenewal(query: Query, renewalCron: string): Promise<Finding> {
  const beat = (await readHeartbeats(query)).get(RENEWAL);
  if (!beat) return warn('renewal', 'it has never run on this database', START_CRON);
  const detail = `it last ran at ${beat.ranAt.toISOString()}`;
  return isLate(beat, renewalCron)
    ? fail('renewal', `${detail} and has missed its schedule since`, START_CRON)
    : ok('renewal', detail);
}

/** The same for all other schedules. One that has never run may not have been due yet. */
export async function checkSchedules(
  query: Query,
  config: Pick<Config, 'renewalCron'>,
): Promise<Finding> {
  const beats = await readHeartbeats(query);
  const schedules = allSchedules().filter(({ name }) => name !== RENEWAL);
  const late = schedules.filter((schedule) => {
    const beat = beats.get(schedule.name);
    return beat && isLate(beat, schedule.cronOf(config));
  });
  const names = (some: Schedule[]) => some.map(({ name }) => name).join(', ');
  if (late.length > 0)
    return fail('schedules', `missed their schedule: ${names(late)}`, SEE_SCHEDULES);
  const never = schedules.filter(({ name }) => !beats.has(name));
  if (never.length > 0) return warn('schedules', `never run: ${names(never)}`, SEE_SCHEDULES);
  return ok('schedules', `${schedules.length} run on schedule`);
}

async function readHeartbeats(query: Query): Promise<Map<string, Heartbeat>> {
  const rows = await query<Heartbeat>(
    'SELECT name, ran_at AS "ranAt", now() AS now FROM cron_heartbeats',
  );
  return new Map(rows.map((row) => [row.name, row]));
}

function isLate({ ranAt, now }: Heartbeat, cron: string): boolean {
  const due = new CronTime(cron).getNextDateFrom(ranAt).toMillis();
  return (now.getTime() - due) / 1000 > GRACE_SECONDS;
}

/** How long runnable jobs have waited. */
export async function checkQueue(query: Query): Promise<Finding> {
  const [{ count, ageSeconds }] = (await query(READY)) as [{ count: number; ageSeconds: number }];
  const age = Math.round(ageSeconds);
  const detail = `${count} ready, the oldest for ${age} s`;
  if (age <= LATE_AFTER_SECONDS) return ok('queue', detail);
  const fix = `${START_WORKER} Where one runs, start more, or find in the log what delays the jobs.`;
  return age > STUCK_AFTER_SECONDS ? fail('queue', detail, fix) : warn('queue', detail, fix);
}

export async function checkFailedJobs(query: Query): Promise<Finding> {
  const rows = await query<{ name: string; count: number }>(FAILED);
  if (rows.length === 0) return ok('failed jobs', 'none');
  const detail = `given up: ${rows.map(({ name, count }) => `${count} × ${name}`).join(', ')}`;
  const fix =
    'GET /v1/staff/jobs?state=failed shows the errors; fix the cause, then POST /v1/staff/jobs/{id}/retry.';
  return warn('failed jobs', detail, fix);
}

/** Living workers hold a lock each. Having none is only a warning while no job waits. */
export async function checkWorkers(query: Query): Promise<Finding> {
  const [{ workers }] = (await query(WORKERS, [LOCK_CLASS])) as [{ workers: number }];
  if (workers > 0) return ok('workers', `${workers} running`);
  const [{ count }] = (await query(READY)) as [{ count: number }];
  if (count === 0) return warn('workers', 'none running; no job waits', START_WORKER);
  return fail('workers', `none running, and ${count} jobs wait`, START_WORKER);
}

/** Endpoints that take nothing, and deliveries that no process makes. */
export async function checkWebhooks(query: Query): Promise<Finding> {
  const [counts] = (await query(WEBHOOKS)) as [{ all: number; disabled: number; late: number }];
  const { all, disabled, late } = counts;
  if (late > 0)
    return warn('webhooks', `${late} deliveries are overdue for 5 minutes`, START_WORKER);
  if (disabled === 0) return ok('webhooks', `${all} endpoints`);
  const fix =
    'Their owners have a mail; those of the installation are under Webhooks in the console.';
  return warn('webhooks', `${disabled} of ${all} endpoints are disabled: gone or failing`, fix);
}

const WEBHOOKS = `
  SELECT count(*)::integer AS all, count(*) FILTER (WHERE disabled_reason <> 'by_person')::integer AS disabled,
         (SELECT count(*) FROM webhook_deliveries AS delivery
          JOIN webhook_endpoints AS endpoint ON endpoint.business_id = delivery.business_id AND endpoint.id = endpoint_id
          WHERE delivery.status = 'pending' AND NOT ordered AND next_try_at < now() - interval '5 minutes')::integer AS late
  FROM webhook_endpoints`;

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
