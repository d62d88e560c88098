import type { Config } from '../../platform/config/config';
import { findRoleFaults, type RoleRow } from '../../platform/database/database-role';
import { migrationStatus } from '../../platform/database/migrate';
import { schema } from '../../schema';
import { fail, ok, warn, type Finding } from './finding';

/** One statement on the connection that all checks share. */
export type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

const OLDEST_VERSION = 15;
const NOTICEABLE_SKEW_MS = 5_000;
/** Stripe's webhooks are refused beyond this skew. */
const HARMFUL_SKEW_MS = 300_000;

/** @param versionNumber PostgreSQL's `server_version_num`: 150004 is 15.4 */
export function checkVersion(versionNumber: number): Finding {
  const version = `PostgreSQL ${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`;
  if (versionNumber >= OLDEST_VERSION * 10_000) return ok('version', version);
  const fix = `Move the database to PostgreSQL ${OLDEST_VERSION} or later (pg_upgrade, or a dump and a restore).`;
  return fail('version', `${version} is too old`, fix);
}

/** Whether row-level security binds the role, and is forced on every table of tenants. */
export async function checkRole(query: Query): Promise<Finding> {
  const faults = await findRoleFaults((sql) => query<RoleRow>(sql));
  if (faults.length === 0)
    return ok('role', 'no superuser, no BYPASSRLS; row-level security is forced on every table');
  const fix =
    'Connect as a role made with CREATE ROLE … NOSUPERUSER NOBYPASSRLS that owns the database, ' +
    'and ALTER TABLE … FORCE ROW LEVEL SECURITY on the tables that are named.';
  return fail('role', faults.join('; '), fix);
}

export async function checkMigrations(config: Config): Promise<Finding> {
  const migrations = await migrationStatus(config, schema);
  const missing = migrations.filter(({ applied }) => !applied).map(({ name }) => name);
  if (missing.length === 0) return ok('migrations', `all ${migrations.length} are applied`);
  const fix = 'Run `npm run cli -- migrate` with this version, before its servers start.';
  return fail('migrations', `missing: ${missing.join(', ')}`, fix);
}

/** @param skewMs how much later this machine's clock is than the database's */
export function checkClock(skewMs: number): Finding {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  const detail = `this machine is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} the database`;
  if (Math.abs(skewMs) <= NOTICEABLE_SKEW_MS) return ok('clock', detail);
  const fix = 'Synchronise both machines by NTP (timedatectl, chronyc tracking).';
  return Math.abs(skewMs) > HARMFUL_SKEW_MS
    ? fail('clock', detail, fix)
    : warn('clock', detail, fix);
}

/** How far this machine's clock is ahead, corrected for the round trip. */
export async function measureSkew(query: Query, readClock: () => number): Promise<number> {
  const before = readClock();
  const [row] = await query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  return (before + readClock()) / 2 - row!.now;
}
