import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  symlinkSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { canEnter, findDatabaseUser, type DatabaseUser } from './database-user';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { lstatIfPresent, makeOwnDirectory, sharedDirectory, unlessErrorCode } from './files';

/**
 * Where one embedded database lives. Everything but the cluster belongs to the user who runs the
 * launcher, so that root never writes into a directory where another user could place a link.
 */
export interface DatabaseHome {
  readonly directory: string;
  readonly clusterDirectory: string;
  readonly lockDirectory: string;
  readonly logFile: string;
  readonly credentialsFile: string;
  /** The user that owns a new cluster. */
  readonly databaseUser: DatabaseUser | undefined;
}

/** Followed by twelve digits that name the data directory. */
const RELOCATED = 'embedded-postgres-data-';

/** Finds, or makes, the home of the database under the data directory. */
export function locateHome(requestedDirectory: string): DatabaseHome {
  const parent = makeParent(requestedDirectory);
  const entrance = join(parent, 'postgres');
  const databaseUser = findDatabaseUser();
  if (databaseUser && !lstatIfPresent(entrance) && !canEnter(databaseUser, parent)) {
    relocate(parent, entrance);
  }
  const target = followLink(parent, entrance);
  makeOwnDirectory(target, databaseUser ? 0o755 : 0o700);
  return describeHome(realpathSync(target), databaseUser);
}

function describeHome(directory: string, databaseUser: DatabaseUser | undefined): DatabaseHome {
  return {
    directory,
    clusterDirectory: join(directory, 'data'),
    lockDirectory: join(directory, 'lock'),
    logFile: join(directory, 'server.log'),
    credentialsFile: join(directory, 'credentials.json'),
    databaseUser,
  };
}

function makeParent(requestedDirectory: string): string {
  try {
    mkdirSync(requestedDirectory, { recursive: true });
    return realpathSync(requestedDirectory);
  } catch (error) {
    throw new EmbeddedPostgresError(`Cannot use ${requestedDirectory}: ${String(error)}`);
  }
}

/**
 * Root's checkout may lie where the database's user cannot go (/root). The database then lives in a
 * shared directory, and a symbolic link in the data directory leads there. The link is the only
 * record: two processes agree because it can be made once, and deleting the data directory still
 * means an empty database next time.
 */
function relocate(parent: string, entrance: string): void {
  const home = mkdtempSync(join(sharedDirectory(), `${relocatedName(parent)}-`));
  chmodSync(home, 0o755);
  const linked = unlessErrorCode(['EEXIST'], () => {
    symlinkSync(home, entrance);
    return true;
  });
  if (linked === undefined) rmdirSync(home);
}

function followLink(parent: string, entrance: string): string {
  if (!lstatIfPresent(entrance)?.isSymbolicLink()) return entrance;
  const target = resolve(parent, readlinkSync(entrance));
  const name = basename(target);
  // A checkout copied with its data directory has a copy of the link: not of the database.
  if (name.startsWith(RELOCATED) && !name.startsWith(relocatedName(parent))) {
    throw new EmbeddedPostgresError(
      `${entrance} leads to the database of another checkout: remove it to begin with an empty one`,
    );
  }
  return target;
}

function relocatedName(parent: string): string {
  return RELOCATED + createHash('sha256').update(parent).digest('hex').slice(0, 12);
}
