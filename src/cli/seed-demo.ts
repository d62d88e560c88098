import { randomBytes } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../common/request-context';
import { PasswordHasher } from '../modules/identity/password-hasher';
import { CONFIG, type Config } from '../platform/config/config';
import { Database } from '../platform/database/database';
import { CommandFailure } from './failure';
import { countOf, print, printJson } from './output';
import { showProgress } from './progress';
import { seedWorld, type SeedReport } from './seed/seed-world';
import { withApplication } from './with-application';

export interface SeedOptions {
  businesses: number;
  recordings: number;
  seed: number;
  json?: boolean;
}

const PASSWORD = 'correct horse battery staple';

/** `seed:demo`: fills the database with a made-up world, or leaves it as it is. */
export async function runSeedDemo({ json, ...options }: SeedOptions): Promise<void> {
  const startedAt = Date.now();
  const { report, password } = await withApplication((application) => seed(application, options));
  const seconds = (Date.now() - startedAt) / 1_000;
  if (json) printJson({ ...report, password });
  else print(describe(report, options, password, seconds));
}

async function seed(
  application: INestApplicationContext,
  options: SeedOptions,
): Promise<{ report: SeedReport; password: string }> {
  const password = choosePassword(application.get<Config>(CONFIG));
  const passwordHash = await application.get(PasswordHasher).hash(password);
  const context = RequestContext.job('seed.demo');
  const progress = showProgress('Seeding', options.businesses + options.recordings);
  try {
    const report = await application
      .get(Database)
      .platform(context, 'a made-up world has many tenants', (tx) =>
        seedWorld(tx, { ...options, passwordHash }, (written) => progress.report(written)),
      );
    if (!report)
      throw new CommandFailure(
        `the world of seed ${options.seed} is in this database already; choose another --seed`,
      );
    return { report, password };
  } finally {
    progress.end();
  }
}

/** Known to everybody, so that a demo is easy to log in to; where production is filled, to its reader alone. */
function choosePassword({ environment }: Config): string {
  return environment === 'production' ? randomBytes(15).toString('base64url') : PASSWORD;
}

function describe(
  report: SeedReport,
  { seed, recordings: wanted }: SeedOptions,
  password: string,
  seconds: number,
): string {
  const { businesses, people, recordings, today, logins } = report;
  const lines = [
    `Seeded ${countOf(businesses, 'business', 'businesses')} with ${countOf(people, 'person', 'people')} and ` +
      `${countOf(recordings, 'recording', 'recordings')} from seed ${seed} in ${seconds.toFixed(1)} s.`,
    `The same seed makes the same names, sizes and ids; times are relative to today (${today}, UTC).`,
    `All of them log in with the password "${password}". Two of the owners:`,
    ...logins.map(
      (login) =>
        `  ${login.email}  (${login.business}, plan ${login.plan}, ${countOf(login.recordings, 'recording', 'recordings')})`,
    ),
  ];
  if (recordings < wanted) lines.push('No plan has room for more recordings.');
  return lines.join('\n');
}
