import { spawnSync } from 'node:child_process';
import { lstatIfPresent } from './files';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/** The user that the database's processes run as, where it is not the running user. */
export interface DatabaseUser {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', '_postgres', 'nobody'];

/** PostgreSQL refuses to run as root, so root runs it as another user; other users run it themselves. */
export function findDatabaseUser(): DatabaseUser | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = findUser(name);
    if (user !== undefined) return user;
  }
  throw new EmbeddedPostgresError(
    `Running as root, and there is no user (${CANDIDATES.join(', ')}) to run PostgreSQL as. ` +
      'Run as another user, or use a PostgreSQL server of your own.',
  );
}

function findUser(name: string): DatabaseUser | undefined {
  const answer = spawnSync('id', [name], { encoding: 'utf8' }).stdout;
  const [, uid, gid] = /^uid=(\d+).*? gid=(\d+)/.exec(answer) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/**
 * The owner of an existing cluster, even when a better candidate appears later (a package may add the user `postgres`).
 */
export function findClusterOwner(dataDirectory: string): DatabaseUser | undefined {
  const stats = process.geteuid?.() === 0 ? lstatIfPresent(dataDirectory) : undefined;
  return stats && { uid: stats.uid, gid: stats.gid };
}

/** Whether the command succeeds when that user runs it: the kernel decides, not the mode bits. */
export function canRun(user: DatabaseUser, command: string, ...parameters: string[]): boolean {
  return spawnSync(command, parameters, { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether that user can pass through the directory, from the root of the file system down. */
export function canEnter(user: DatabaseUser, directory: string): boolean {
  return canRun(user, '/bin/sh', '-c', 'test -x "$0"', directory);
}
