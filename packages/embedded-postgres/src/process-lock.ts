import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor, type Deadline } from './deadline';
import { unlessErrorCode } from './files';
import { identifyProcess } from './process-identity';

/*
 * A lock between processes, without flock, which Node does not have. The lock is a directory with
 * one file in it, the token, and the token's NAME says who holds it. Taking, giving back and
 * stealing from the dead are each one rename of the name just read, and of two renames of the same
 * name the kernel lets one succeed. So no process can take what another has taken meanwhile,
 * which is the flaw of "the lock file is stale, delete it, make mine".
 */
const FREE = 'free';

/** Runs the work while no other process runs any under the same lock. */
export async function withProcessLock<T>(
  lockDirectory: string,
  deadline: Deadline,
  work: () => Promise<T>,
): Promise<T> {
  const token = `held-${identifyProcess(process.pid)}-${randomBytes(4).toString('hex')}`;
  await waitFor(
    () => tryToTake(lockDirectory, token),
    deadline,
    () => `another process holds ${join(lockDirectory, findToken(lockDirectory) ?? '')}`,
  );
  try {
    return await work();
  } finally {
    moveToken(lockDirectory, token, FREE);
  }
}

function tryToTake(lockDirectory: string, token: string): true | undefined {
  const current = findToken(lockDirectory) ?? placeToken(lockDirectory);
  if (isHeldByTheLiving(current)) return undefined;
  return moveToken(lockDirectory, current, token);
}

function findToken(lockDirectory: string): string | undefined {
  return unlessErrorCode(['ENOENT'], () => readdirSync(lockDirectory))?.[0];
}

/** The name holds the process as identifyProcess() names it. */
function isHeldByTheLiving(token: string): boolean {
  const identity = token.split('-')[1];
  if (identity === undefined) return false;
  return identifyProcess(Number.parseInt(identity)) === identity;
}

function moveToken(lockDirectory: string, from: string, to: string): true | undefined {
  return unlessErrorCode(['ENOENT'], () => {
    renameSync(join(lockDirectory, from), join(lockDirectory, to));
    return true;
  });
}

/**
 * The directory appears with its token inside, or not at all: a directory cannot be renamed over
 * one that holds something, so the second process leaves the first one's token alone.
 */
function placeToken(lockDirectory: string): string {
  const draft = mkdtempSync(`${lockDirectory}.`);
  writeFileSync(join(draft, FREE), '');
  const placed = unlessErrorCode(['ENOTEMPTY', 'EEXIST'], () => {
    renameSync(draft, lockDirectory);
    return true;
  });
  if (placed === undefined) rmSync(draft, { recursive: true });
  return FREE;
}
