import { readCredentials } from './credentials';
import type { DatabaseHome } from './database-home';
import { waitFor, type Deadline } from './deadline';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { hasErrorCode, isSameDirectory } from './files';
import { LauncherConnection } from './launcher-connection';
import { isPostmasterOf, readPostmasterFile, type PostmasterFile } from './postmaster-file';
import { isPidTaken } from './process-identity';

export interface RunningServer {
  readonly state: 'running';
  readonly pid: number;
  readonly port: number;
  readonly connection: LauncherConnection;
}

/** `crashed`: the server ended without a clean shutdown. */
export type FoundServer = RunningServer | { readonly state: 'absent' | 'crashed' };

const WRONG_PASSWORD = '28P01';

/**
 * Finds the server of this home, and waits for one that is starting, stopping or recovering. Its pid file alone proves
 * nothing, since it outlives the server and pids are used again: a server counts as running when it accepts the
 * password and reports the directory of this home.
 */
export async function findServer(home: DatabaseHome, deadline: Deadline): Promise<FoundServer> {
  return waitFor(
    () => findOnce(home),
    deadline,
    () => `PostgreSQL in ${home.directory} runs but accepts no connection; see ${home.logFile}`,
  );
}

async function findOnce(home: DatabaseHome): Promise<FoundServer | undefined> {
  const file = readPostmasterFile(home.clusterDirectory);
  if (file === undefined) return { state: 'absent' };
  const connection = await tryToConnect(home, file);
  if (connection) return { state: 'running', pid: file.pid, port: file.port, connection };
  return isPostmasterOf(home.clusterDirectory, file.pid) ? undefined : { state: 'crashed' };
}

async function tryToConnect(
  home: DatabaseHome,
  file: PostmasterFile,
): Promise<LauncherConnection | undefined> {
  if (!file.isReady || !isPidTaken(file.pid)) return undefined;
  try {
    return await connectTo(home, file.port);
  } catch (error) {
    if (hasErrorCode(error, WRONG_PASSWORD) && isPostmasterOf(home.clusterDirectory, file.pid)) {
      throw new EmbeddedPostgresError(
        `PostgreSQL in ${home.directory} does not accept the password in ${home.credentialsFile}`,
      );
    }
    // None there, not yet ready, or another server on the port: the process will tell.
    return undefined;
  }
}

async function connectTo(
  home: DatabaseHome,
  port: number,
): Promise<LauncherConnection | undefined> {
  const { superuserPassword } = readCredentials(home);
  const connection = await LauncherConnection.open(port, superuserPassword);
  const answering = await connection.readClusterDirectory();
  if (isSameDirectory(answering, home.clusterDirectory)) return connection;
  // A checkout copied while its server ran has the same passwords, and the original's pid file.
  await connection.close();
  return undefined;
}
