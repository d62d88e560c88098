import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { ConfigFaults, loadConfig, withPort, type Config } from './platform/config/config';
import { migrate } from './platform/database/migrate';
import { openDatabase, type OpenDatabase } from './platform/database/open-database';
import { choosePort } from './platform/http/choose-port';
import { CONSOLE_PATH, hasConsole } from './platform/http/console';
import { StripeAccountService } from './modules/billing/account/stripe-account.service';
import { createLogger } from './platform/logging/logger';
import { ProcessFaults } from './platform/metrics/process-faults';
import { startTraceExport, type TraceExport } from './platform/tracing/trace-export';
import { schema } from './schema';
import { createServer } from './server';

const SHUTDOWN_LIMIT_MS = 30_000;

interface RunningServer {
  app: NestFastifyApplication;
  database: OpenDatabase;
  config: Config;
  logger: Logger;
  traces: TraceExport;
}

/** Starts everything in order and says where it is. Exit code 2 for a faulty configuration, 1 for a failed start. */
export async function runServer(): Promise<void> {
  const config = readConfigOrExit();
  const logger = createLogger(config);
  let database: OpenDatabase | null = null;
  try {
    database = await openDatabase(config, (message) => logger.info(message));
    await start(database, logger);
  } catch (error) {
    logger.fatal(`the server did not start: ${(error as Error).message}`);
    logger.debug((error as Error).stack);
    await database?.release();
    process.exit(1);
  }
}

function readConfigOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

async function start(database: OpenDatabase, logger: Logger): Promise<void> {
  await migrate(database.config, schema, (name) => logger.info(`applied migration ${name}`));
  const config = withPort(database.config, await choosePort(database.config));
  const traces = await startTraceExport(config, logger);
  const app = await createServer(config, logger);
  await app.init();
  await app.get(StripeAccountService).refuseOther();
  await app.listen({ port: config.port ?? 0, host: config.host });
  stopInTime({ app, database, config, logger, traces });
  announce(config, database.description, logger);
}

/** For people on the terminal, and in a file for `npm run demo`; in production one line of the log. */
function announce(config: Config, database: string, logger: Logger): void {
  const url = `http://${config.host}:${config.port}`;
  const mail = config.smtpUrl
    ? 'by SMTP'
    : relative(process.cwd(), join(config.dataDirectory, 'mail'));
  const lines = [
    '',
    `  Tenantry is ready: ${url}`,
    ...(hasConsole(config.consoleDirectory) ? [`    console   ${url}${CONSOLE_PATH}`] : []),
    ...(config.hasApiDocs ? [`    docs      ${url}/docs`] : []),
    `    database  ${database}`,
    `    mail      ${mail}`,
    '',
  ];
  if (config.environment === 'production') {
    return logger.info({ url, database, mail }, `Tenantry is ready: ${url}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  mkdirSync(config.dataDirectory, { recursive: true });
  writeFileSync(addressFile(config), JSON.stringify({ url, pid: process.pid }));
}

function addressFile(config: Config): string {
  return join(config.dataDirectory, 'server.json');
}

/**
 * The first signal stops in order; a second one, or half a minute, ends the process at once. An exception that nothing
 * caught stops in order too, with exit code 1: its supervisor starts another.
 */
function stopInTime(server: RunningServer): void {
  let isStopping = false;
  const stopOnce = (why: string, exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    void stop(server, why, exitCode);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    stopOnce(signal, 0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  server.app.get(ProcessFaults).watch(() => stopOnce('an exception that nothing caught', 1));
}

/** Nest's hooks do the order: not ready, no new cron runs and jobs, HTTP drained, running jobs finished, pools closed. */
async function stop(
  { app, database, config, logger, traces }: RunningServer,
  why: string,
  exitCode: number,
): Promise<void> {
  try {
    logger.info(`stopping (${why})`);
    rmSync(addressFile(config), { force: true });
    await app.close();
    await traces.stop();
    await database.release();
    logger.info('stopped');
    process.exit(exitCode);
  } catch (error) {
    logger.fatal(`could not stop in order: ${(error as Error).stack}`);
    process.exit(1);
  }
}
