import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import { PasswordHasher } from '../../modules/identity/password-hasher';
import { CONFIG, type Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';
import { Database } from '../../platform/database/database';
import { CommandFailure } from '../../cli/support/failure';
import { countOf, print, printJson, withCommas } from '../../cli/support/output';
import { showProgress } from '../../cli/support/progress';
import {
  SEED_ACTION,
  SEED_PASSWORD,
  seedWorld,
  WorldExists,
  type InTransaction,
  type SeedOutcome,
} from '../seed/seed-world';
import { withApplication } from '../../cli/support/with-application';

export interface SeedOptions {
  businesses: number;
  recordings: number;
  seed: number;
  json?: boolean;
}

/** `seed:demo`: fills the database with a made-up world, or resumes an interrupted run. */
export async function runSeedDemo({ json, ...options }: SeedOptions): Promise<void> {
  const startedAt = Date.now();
  const { password, outcome } = await withApplication((application) => seed(application, options));
  const seconds = (Date.now() - startedAt) / 1_000;
  const { report, today } = outcome;
  if (json) printJson({ ...report, today, seconds, password });
  else print(describe(outcome, options, password, seconds));
}

async function seed(
  application: INestApplicationContext,
  options: SeedOptions,
): Promise<{ outcome: SeedOutcome; password: string }> {
  const password = choosePassword(application, options.seed);
  const passwordHash = await application.get(PasswordHasher).hash(password); // one hash for all: it takes 75 ms
  const context = RequestContext.job(SEED_ACTION);
  const database = application.get(Database);
  const inTransaction: InTransaction = (work) =>
    database.platform(context, 'a made-up world has many tenants', work);
  const progress = showProgress('Seeding', options.businesses + options.recordings);
  let written = 0;
  try {
    const outcome = await seedWorld(inTransaction, { ...options, passwordHash }, (more) =>
      progress.report((written += more)),
    );
    return { outcome, password };
  } catch (error) {
    throw error instanceof WorldExists
      ? new CommandFailure(describeExisting(error, options))
      : error;
  } finally {
    progress.end();
  }
}

/**
 * Well known; in production derived from the secret key, known only to its reader, and the same in each run of this
 * world.
 */
function choosePassword(application: INestApplicationContext, seed: number): string {
  const { environment } = application.get<Config>(CONFIG);
  if (environment !== 'production') return SEED_PASSWORD;
  const key = application.get(SecretBox).deriveKey(`password of made-up people, seed ${seed}`);
  return key.toString('base64url').slice(0, 20);
}

function describeExisting({ begun }: WorldExists, { seed }: SeedOptions): string {
  const sizes = begun
    ? `, with ${countOf(begun.businesses, 'business', 'businesses')} and ${countOf(begun.recordings, 'recording', 'recordings')}`
    : '';
  return `this database has the world of seed ${seed} already${sizes}; choose another --seed`;
}

function describe(
  { report, today, batchesKept }: SeedOutcome,
  { seed, recordings: wanted }: SeedOptions,
  password: string,
  seconds: number,
): string {
  const { businesses, people, recordings, statuses, plans, logins } = report;
  const lines = [
    `Seeded ${countOf(businesses, 'business', 'businesses')} with ${countOf(people, 'person', 'people')} and ` +
      `${countOf(recordings, 'recording', 'recordings')} from seed ${seed} in ${seconds.toFixed(1)} s.`,
    `Subscriptions: ${listOf(statuses)}.`,
    `Plans: ${listOf(plans)}.`,
    `The same seed makes the same names, sizes and ids; times are relative to ${today} (UTC).`,
    `All of them log in with the password "${password}". Two of the owners:`,
    ...logins.map(
      (login) =>
        `  ${login.email}  (${login.business}, plan ${login.plan}, ${countOf(login.recordings, 'recording', 'recordings')})`,
    ),
  ];
  if (batchesKept > 0) lines.push('An interrupted run had written part of it, which was kept.');
  if (recordings < wanted) lines.push('No plan has room for more recordings.');
  return lines.join('\n');
}

/** `75 active, 3 past_due`, the most frequent first. */
function listOf(counts: Partial<Record<string, number>>): string {
  const entries = Object.entries(counts) as [string, number][];
  return entries
    .sort(([, one], [, other]) => other - one)
    .map(([name, total]) => `${withCommas(total)} ${name}`)
    .join(', ');
}
