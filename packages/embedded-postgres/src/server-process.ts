import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseHome } from './database-home';
import { findClusterOwner } from './database-user';
import { waitFor, type Deadline } from './deadline';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { unlessErrorCode } from './files';
import { choosePort } from './ports';
import {
  readLastPort,
  readPostmasterFile,
  removeMisleadingPostmasterFile,
} from './postmaster-file';
import { identifyProcess } from './process-identity';
import { databaseProcessOptions, describeSpawnError } from './run-process';
import { openServerLog } from './server-log';

export interface ServerPlan {
  readonly home: DatabaseHome;
  readonly binariesDirectory: string;
  readonly isDurable: boolean;
  readonly hasSocket: boolean;
  readonly maxConnections: number;
}

const PORT_WAS_TAKEN = 'could not create any TCP/IP sockets';
// Backends of a killed server are still running.
const OLD_SERVER_LINGERS = 'pre-existing shared memory block';

/** Starts the server and waits until it accepts connections. */
export async function startServer(
  plan: ServerPlan,
  deadline: Deadline,
  pickPort = choosePort,
): Promise<void> {
  let preferredPort = readLastPort(plan.home.clusterDirectory);
  let failure: string | undefined;
  removeMisleadingPostmasterFile(plan.home.clusterDirectory);
  await waitFor(
    async () => {
      failure = await launch(plan, await pickPort(preferredPort), deadline);
      if (failure === undefined) return true;
      if (failure.includes(PORT_WAS_TAKEN)) preferredPort = undefined;
      else if (!failure.includes(OLD_SERVER_LINGERS)) throw new EmbeddedPostgresError(failure);
      return undefined;
    },
    deadline,
    () => failure ?? '',
  );
}

/** Fast shutdown: PostgreSQL disconnects the remaining clients and writes a checkpoint. */
export async function stopServer(pid: number, deadline: Deadline): Promise<void> {
  unlessErrorCode(['ESRCH'], () => process.kill(pid, 'SIGINT'));
  await waitFor(
    () => (identifyProcess(pid) === undefined ? true : undefined),
    deadline,
    () => `PostgreSQL (pid ${pid}) is still shutting down`,
  );
}

/** One attempt. @returns what failed */
async function launch(
  plan: ServerPlan,
  port: number,
  deadline: Deadline,
): Promise<string | undefined> {
  const log = openServerLog(plan.home.logFile);
  const child = spawnServer(plan, port, log.descriptor);
  closeSync(log.descriptor);
  const end = watchEnd(child);
  await waitFor(
    () => (end.reason !== undefined || isServing(plan.home, child.pid) ? true : undefined),
    deadline,
    () => `PostgreSQL is still starting\n${log.readLastLines()}`,
  );
  return end.reason && `PostgreSQL did not start (${end.reason})\n${log.readLastLines()}`;
}

/** Detached, in a session of its own: Ctrl-C must not reach it before the application has drained. */
function spawnServer(plan: ServerPlan, port: number, logDescriptor: number): ChildProcess {
  const { clusterDirectory } = plan.home;
  const child = spawn(
    join(plan.binariesDirectory, 'postgres'),
    // First -D and the directory, by which isPostmasterOf() knows it again.
    ['-D', clusterDirectory, '-p', String(port), ...settings(plan)],
    {
      ...databaseProcessOptions(findClusterOwner(clusterDirectory)),
      detached: true,
      stdio: ['ignore', logDescriptor, logDescriptor],
    },
  );
  child.unref();
  return child;
}

/** The passwords are 24 random bytes, which repeated hashing does not protect better: it only makes a connection dearer. */
const HASH_ONCE = 'scram_iterations=1';

function settings({ home, isDurable, hasSocket, maxConnections }: ServerPlan): string[] {
  const socket = hasSocket ? `"${home.clusterDirectory}"` : ''; // in quotes: a comma would end the name
  const reachable = ['listen_addresses=127.0.0.1', `unix_socket_directories=${socket}`];
  const general = [`max_connections=${maxConnections}`, 'timezone=UTC', 'log_timezone=UTC'];
  const careless = [
    ...['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'],
    ...['wal_level=minimal', 'max_wal_senders=0', 'autovacuum=off'], // its data is gone before it needs a vacuum
  ];
  const all = [...reachable, ...general, HASH_ONCE, ...(isDurable ? [] : careless)];
  return all.flatMap((setting) => ['-c', setting]);
}

function watchEnd(child: ChildProcess): { readonly reason: string | undefined } {
  const end: { reason: string | undefined } = { reason: undefined };
  child.once('error', (error) => (end.reason = describeSpawnError(error)));
  child.once('exit', (code, signal) => (end.reason = signal ?? `exit code ${code}`));
  return end;
}

function isServing(home: DatabaseHome, pid: number | undefined): boolean {
  const file = readPostmasterFile(home.clusterDirectory);
  return file !== undefined && file.pid === pid && file.isReady;
}
