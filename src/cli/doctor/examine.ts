import { Client } from 'pg';
import type { Config } from '../../platform/config/config';
import { checkSharedAddresses } from './address-checks';
import { PLATFORM_OPTIONS } from '../../platform/database/begin';
import {
  checkClock,
  checkMigrations,
  checkRole,
  checkVersion,
  measureSkew,
  type Query,
} from './database-checks';
import { checkEvents } from './event-checks';
import { attempt, fail, messageOf, ok, type Finding } from './finding';
import { checkIssuers } from './issuer-checks';
import { checkServer, checkSmtp, checkStripe, checkStripeAccount } from './network-checks';
import {
  checkFailedJobs,
  checkQueue,
  checkRenewal,
  checkSchedules,
  checkWebhooks,
  checkWorkers,
} from './queue-checks';
import { addressOf } from '../support/running-server';
import {
  checkAppUrl,
  checkDisk,
  checkMailFrom,
  checkMetricsToken,
  checkSecretKey,
} from './setting-checks';

import { checkPasskeys, checkStaffFactors } from './sign-in-checks';

const PATIENCE_MS = 5_000;
const MIGRATE = 'Run `npm run cli -- migrate`, then this again.';

/** Runs every check. Never throws: a check that cannot run is a finding too. */
export async function examine(config: Config, readClock = () => Date.now()): Promise<Finding[]> {
  const [ofDatabase, others] = await Promise.all([
    examineDatabase(config, readClock),
    examineSurroundings(config),
  ]);
  return [...ofDatabase, ...others];
}

/** The same without a database, for the checks that need none. */
export async function examineWithoutDatabase(config: Config, cause: unknown): Promise<Finding[]> {
  return [unreachable(cause), ...(await examineSurroundings(config))];
}

async function examineDatabase(config: Config, readClock: () => number): Promise<Finding[]> {
  const client = new Client({
    connectionString: config.databaseDirectUrl ?? undefined,
    application_name: 'tenantry-doctor',
    options: PLATFORM_OPTIONS,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => undefined); // the pending statement fails with the same error
  const query: Query = async <Row>(sql: string, parameters?: unknown[]) =>
    (await client.query(sql, parameters)).rows as Row[];
  try {
    await client.connect();
    return await examineConnected(config, query, readClock);
  } catch (error) {
    return [unreachable(error)];
  } finally {
    await client.end();
  }
}

async function examineConnected(
  config: Config,
  query: Query,
  readClock: () => number,
): Promise<Finding[]> {
  const [{ number, name }] = (await query(SERVER)) as [{ number: number; name: string }];
  const checks: [check: string, make: () => Finding | Promise<Finding>][] = [
    ['version', () => checkVersion(number)],
    ['role', () => checkRole(query)],
    ['migrations', () => checkMigrations(config)],
    ['clock', async () => checkClock(await measureSkew(query, readClock))],
    ['renewal', () => checkRenewal(query, config.renewalCron)],
    ['schedules', () => checkSchedules(query, config)],
    ['queue', () => checkQueue(query)],
    ['failed jobs', () => checkFailedJobs(query)],
    ['workers', () => checkWorkers(query)],
    ['webhooks', () => checkWebhooks(query)],
    ['events', () => checkEvents(query)],
    ['stripe account', () => checkStripeAccount(config, query)],
    ['addresses', () => checkSharedAddresses(query)],
    ['staff factors', () => checkStaffFactors(query, config)],
  ];
  const findings = [ok('database', `${name} answers`)];
  for (const [check, make] of checks) findings.push(await attempt(check, MIGRATE, make)); // one at a time, on one connection
  return findings;
}

async function examineSurroundings(config: Config): Promise<Finding[]> {
  const disk = 'Give this user read access to the file system of DATA_DIR.';
  const serverUrl = addressOf(config);
  const network = await Promise.all([
    checkServer(config, serverUrl),
    checkSmtp(config),
    checkStripe(config),
  ]);
  return [
    ...network,
    ...(await checkIssuers(config)),
    checkSecretKey(config),
    checkMetricsToken(config),
    checkAppUrl(config, serverUrl),
    checkPasskeys(config, serverUrl),
    checkMailFrom(config),
    await attempt('disk', disk, () => checkDisk(config)),
  ];
}

function unreachable(cause: unknown): Finding {
  const fix =
    'Start PostgreSQL, and check host, port, user and password in DATABASE_URL and DATABASE_DIRECT_URL.';
  return fail('database', `it cannot be reached: ${messageOf(cause)}`, fix);
}

const SERVER = `SELECT current_setting('server_version_num')::integer AS number, current_database() AS name`;
