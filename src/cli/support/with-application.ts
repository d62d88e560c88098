import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../app.module';
import type { Config } from '../../platform/config/config';
import { migrate, migrationStatus } from '../../platform/database/migrate';
import { RouteTable } from '../../platform/http/route-table';
import { createLogger, PinoLoggerService } from '../../platform/logging/logger';
import { schema } from '../../schema';
import { CommandFailure } from './failure';
import { note } from './output';
import { withDatabase } from './with-database';

const STATEMENT_LIMIT_MS = 10 * 60_000;
const CLOSING_LIMIT_MS = 2_000;

/**
 * Runs a command's work with the modules of the server: the same services on the same database, but no HTTP,
 * no job worker, no cron, and time for long statements.
 * @throws ConfigFaults, CommandFailure when production's database lacks migrations, Interruption
 */
export async function withApplication<T>(
  work: (application: INestApplicationContext) => Promise<T>,
): Promise<T> {
  return withDatabase(async (config, signals) => {
    await signals.unlessInterrupted(() => ensureMigrated(config));
    const application = await createApplication(config);
    try {
      return await signals.unlessInterrupted(() => work(application));
    } finally {
      await close(application);
    }
  });
}

function createApplication(config: Config): Promise<INestApplicationContext> {
  const logger = createLogger({ ...config, logLevel: quiet(config.logLevel) }, 'stderr');
  const ours = { ...config, roles: [], statementTimeoutMs: STATEMENT_LIMIT_MS };
  return NestFactory.createApplicationContext(AppModule.with(ours, logger, new RouteTable()), {
    logger: new PinoLoggerService(logger),
    abortOnError: false,
  });
}

/** A command says itself what it does; of the log only warnings are of interest, unless more was asked for. */
function quiet(logLevel: string): string {
  return logLevel === 'info' ? 'warn' : logLevel;
}

/** The pool waits for its connections to come back; an interrupted statement would keep it waiting. */
async function close(application: INestApplicationContext): Promise<void> {
  const limit = new AbortController();
  const { signal } = limit;
  await Promise.race([application.close(), delay(CLOSING_LIMIT_MS, undefined, { signal })]);
  limit.abort();
}

/** As at `npm start`, a database in development is brought up to date; in production somebody decides when. */
async function ensureMigrated(config: Config): Promise<void> {
  if (config.environment !== 'production') {
    await migrate(config, schema, (name) => note(`applied migration ${name}`));
    return;
  }
  const missing = (await migrationStatus(config, schema)).filter(({ applied }) => !applied);
  if (missing.length > 0)
    throw new CommandFailure(
      `the database lacks ${missing.length} migrations: run the command migrate`,
    );
}
