import { existsSync, lstatSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { copyBinaries } from './binaries-copy';
import { canRun, type DatabaseUser } from './database-user';
import type { Deadline } from './deadline';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { unlessErrorCode } from './files';

interface PackagedLink {
  readonly source: string;
  readonly target: string;
}

/** The directory with `postgres` and `initdb`, ready for the database's user to run them. */
export async function prepareBinaries(
  user: DatabaseUser | undefined,
  deadline: Deadline,
  onProgress: (message: string) => void,
): Promise<string> {
  const packageDirectory = findPackage();
  ensureLinks(packageDirectory);
  const packaged = join(packageDirectory, 'native', 'bin');
  if (user === undefined || canRun(user, join(packaged, 'postgres'), '--version')) return packaged;
  const copy = await copyBinaries(packageDirectory, deadline, onProgress);
  return join(copy, 'native', 'bin');
}

/** Throws on a platform without binaries. */
export function assertSupportedPlatform(): void {
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(
      'The embedded database does not run on Windows: use a PostgreSQL server of your own.',
    );
  }
}

/** The package exports only an ESM file, so its folder is searched for, and not required. */
function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const modules of createRequire(__filename).resolve.paths(name) ?? []) {
    const directory = join(modules, name);
    if (existsSync(join(directory, 'native'))) return realpathSync(directory);
  }
  throw new EmbeddedPostgresError(
    `${name} is not installed: run npm ci without --omit=optional, or use a PostgreSQL server of your own.`,
  );
}

/**
 * A package cannot hold symbolic links; its postinstall script makes them from this list. Made
 * here, the server also starts after `npm ci --ignore-scripts`.
 */
function ensureLinks(packageDirectory: string): void {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as PackagedLink[]) {
    const path = join(packageDirectory, link.target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    makeLink(relative(dirname(link.target), link.source), path);
  }
}

function makeLink(source: string, path: string): void {
  try {
    // EEXIST: another process that is starting made it first.
    unlessErrorCode(['EEXIST'], () => symlinkSync(source, path));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `Cannot make the link ${path} for PostgreSQL; run npm rebuild as its owner: ${String(error)}`,
    );
  }
}
