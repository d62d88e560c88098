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
 * Runs a command with the modules of the server: the same services on the same database, without HTTP, job worker and
 * cron, and with a longer statement limit.
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
  const commandConfig = { ...config, roles: [], statementTimeoutMs: STATEMENT_LIMIT_MS };
  return NestFactory.createApplicationContext(
    AppModule.with(commandConfig, logger, new RouteTable()),
    {
      logger: new PinoLoggerService(logger),
      abortOnError: false,
    },
  );
}

/** A command prints its own output; its log shows only warnings, unless LOG_LEVEL asks for more. */
function quiet(logLevel: string): string {
  return logLevel === 'info' ? 'warn' : logLevel;
}

/** The pool waits for its connections; an interrupted statement would delay it. */
async function close(application: INestApplicationContext): Promise<void> {
  const limit = new AbortController();
  const { signal } = limit;
  await Promise.race([application.close(), delay(CLOSING_LIMIT_MS, undefined, { signal })]);
  limit.abort();
}

/** Like `npm start`, migrates the database in development; in production the operator does. */
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
