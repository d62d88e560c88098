import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/** Outlives a reboot, and every user can pass through it. (On macOS /var is a symbolic link.) */
export function sharedDirectory(): string {
  return realpathSync('/var/tmp');
}

/** Whether the error carries one of these codes. (Not `instanceof Error`: jest has its own Error.) */
export function hasErrorCode(error: unknown, ...codes: string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return codes.includes(String(error.code));
}

/** Runs the work; a system error with one of these codes counts as undefined. */
export function unlessErrorCode<T>(codes: string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (hasErrorCode(error, ...codes)) return undefined;
    throw error;
  }
}

/** The file's text, or undefined where there is none. (ESRCH: a process left while /proc was read.) */
export function readFileIfPresent(path: string): string | undefined {
  return unlessErrorCode(['ENOENT', 'ESRCH'], () => readFileSync(path, 'utf8'));
}

/** The entry at the path itself; a symbolic link is not followed. */
export function lstatIfPresent(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** After a crash the file has its old content or the new one, never a part. */
export function writeFileAtomically(path: string, content: string, mode: number): void {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode, flush: true });
  renameSync(draft, path);
}

/** Makes a rename inside the directory survive a power cut. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Whether both paths lead to the same directory. */
export function isSameDirectory(first: string, second: string): boolean {
  const [a, b] = [first, second].map((path) =>
    unlessErrorCode(['ENOENT', 'ENOTDIR', 'EACCES'], () => statSync(path)),
  );
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** Makes the directory where it is missing; one that others own or may write to is refused. */
export function makeOwnDirectory(directory: string, mode: number): void {
  try {
    // The mode given to mkdir is cut by the umask, hence chmod.
    const made = mkdirSync(directory, { recursive: true, mode });
    if (made !== undefined) chmodSync(directory, mode);
  } catch (error) {
    throw new EmbeddedPostgresError(`Cannot make ${directory}: ${String(error)}`);
  }
  assertOwn(directory, lstatSync(directory));
}

/** Throws unless the running user owns the path and no other user can change it. */
export function assertOwn(path: string, stats: Stats): void {
  const uid = process.geteuid?.();
  if (stats.uid !== uid) {
    throw new EmbeddedPostgresError(
      `${path} belongs to another user (uid ${stats.uid}; this process has uid ${uid}). ` +
        'Run as that user, choose another data directory, or use a PostgreSQL server of your own.',
    );
  }
  // The mode of a symbolic link means nothing.
  if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0) {
    throw new EmbeddedPostgresError(`${path} can be changed by other users: chmod go-w ${path}`);
  }
}
