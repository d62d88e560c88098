import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertPlainName, prepareApplicationDatabase } from './application-database';
import { ensureCredentials, readCredentials } from './credentials';
import { locateHome, type DatabaseHome } from './database-home';
import { Deadline } from './deadline';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { findServer, type RunningServer } from './find-server';
import { initialiseCluster, removeWorkshops } from './initialise-cluster';
import { leaveServer } from './leave-server';
import { assertSupportedPlatform, prepareBinaries } from './postgres-binaries';
import { withProcessLock } from './process-lock';
import { startServer } from './server-process';

export { EmbeddedPostgresError };

export interface EmbeddedPostgres {
  /** For the application's role, on 127.0.0.1 or by the socket. */
  readonly url: string;
  readonly port: number;
  readonly outcome: EmbeddedPostgresOutcome;
  /** Ends this process's use of the database; the last process stops it. */
  release(): Promise<void>;
}

/** `recovered`: the server had been killed and was started again. */
export type EmbeddedPostgresOutcome = 'created' | 'started' | 'reused' | 'recovered';

export interface EmbeddedPostgresOptions {
  /** Of the role that the URL is for, and of the database that it owns. */
  readonly name: string;
  /** The database goes into `postgres` below it. */
  readonly dataDirectory: string;
  /** False for tests: faster; a power cut loses or breaks the data, and nothing is vacuumed. */
  readonly durable?: boolean;
  /** True for tests: the URL is that of a Unix socket in the cluster's directory, which only its owner and root enter. */
  readonly socket?: boolean;
  /** Lets the role make databases; tests clone a template. */
  readonly createDatabases?: boolean;
  /** Lets the role make roles that are not superusers; tests act as another program's. */
  readonly createRoles?: boolean;
  readonly maxConnections?: number;
  readonly onProgress?: (message: string) => void;
}

const OPEN_LIMIT_MS = 60_000;
const DEFAULT_MAX_CONNECTIONS = 100;

/**
 * Opens the PostgreSQL of a data directory: makes it at first, starts it, or joins the one that
 * already runs. Release it when done.
 * `durable`, `socket` and `maxConnections` apply when it is started; a running server keeps its own.
 * @throws EmbeddedPostgresError
 */
export async function openEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  assertSupportedPlatform();
  assertPlainName(options.name);
  const deadline = new Deadline(OPEN_LIMIT_MS);
  const home = locateHome(options.dataDirectory);
  return withProcessLock(home.lockDirectory, deadline, async () => {
    const [server, outcome] = await findOrStart(home, options, deadline);
    return welcome(home, server, outcome, options);
  });
}

async function findOrStart(
  home: DatabaseHome,
  options: EmbeddedPostgresOptions,
  deadline: Deadline,
): Promise<[RunningServer, EmbeddedPostgresOutcome]> {
  const found = await findServer(home, deadline);
  if (found.state === 'running') return [found, 'reused'];
  const isNew = !existsSync(home.clusterDirectory);
  await start(home, isNew, options, deadline);
  const started = await findServer(home, deadline);
  if (started.state !== 'running') {
    throw new EmbeddedPostgresError(`PostgreSQL started and ended at once; see ${home.logFile}`);
  }
  return [started, isNew ? 'created' : found.state === 'crashed' ? 'recovered' : 'started'];
}

async function start(
  home: DatabaseHome,
  isNew: boolean,
  {
    durable: isDurable = true,
    socket: hasSocket = false,
    maxConnections = DEFAULT_MAX_CONNECTIONS,
    ...options
  }: EmbeddedPostgresOptions,
  deadline: Deadline,
): Promise<void> {
  const report = options.onProgress ?? (() => undefined);
  const credentials = isNew ? ensureCredentials(home) : readCredentials(home);
  const binariesDirectory = await prepareBinaries(home.databaseUser, deadline, report);
  removeWorkshops(home);
  if (isNew) {
    report(`Creating the database in ${home.directory}`);
    await initialiseCluster({ home, credentials, binariesDirectory, isDurable });
  }
  const plan = { home, binariesDirectory, isDurable, hasSocket, maxConnections };
  await startServer(plan, deadline);
}

/** Makes the running server ready for the application, and this process one of its users. */
async function welcome(
  home: DatabaseHome,
  { connection, port }: RunningServer,
  outcome: EmbeddedPostgresOutcome,
  { name, socket, createDatabases = false, createRoles = false }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { rolePassword } = readCredentials(home);
  const role = { name, rolePassword, createDatabases, createRoles };
  await prepareApplicationDatabase(connection, role).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  connection.letProcessEnd();
  let released: Promise<void> | undefined;
  return {
    url: `postgres://${name}:${rolePassword}@127.0.0.1:${port}/${name}${socket ? bySocket(home, port) : ''}`,
    ...{ port, outcome },
    release: () => (released ??= leaveServer(home, connection)),
  };
}

/** What makes a URL lead to the socket; nothing where the running server has none. */
function bySocket({ clusterDirectory }: DatabaseHome, port: number): string {
  if (!existsSync(join(clusterDirectory, `.s.PGSQL.${port}`))) return '';
  return `?host=${encodeURIComponent(clusterDirectory)}`;
}
