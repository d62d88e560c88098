import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPostmasterFile } from '../../src/postmaster-file';
import { identifyProcess } from '../../src/process-identity';

/** Generous, for slow machines: a limit, never a wait. */
const LIMIT_MS = 30_000;
const POLL_INTERVAL_MS = 5;

const sandboxes: string[] = [];

/** A directory for data directories; clearSandboxes() removes it and stops their servers. */
export function makeSandbox(mode = 0o755): string {
  // Not os.tmpdir(), which on some systems lies where only one user can go.
  const directory = mkdtempSync('/var/tmp/embedded-postgres-test-');
  chmodSync(directory, mode);
  sandboxes.push(directory);
  return directory;
}

/** A data directory with the same cluster as the given one, whose server does not run. */
export function copyDataDirectory(original: string): string {
  const copy = join(makeSandbox(), '.data');
  spawnSync('cp', ['-a', original, copy]);
  return copy;
}

/** The home of the database, where it was relocated to as well. */
export function homeOf(dataDirectory: string): string {
  const entrance = join(dataDirectory, 'postgres');
  return lstatSync(entrance).isSymbolicLink() ? readlinkSync(entrance) : entrance;
}

/** The pid in the cluster's pid file, 0 where there is none. */
export function readServerPid(dataDirectory: string): number {
  return readPostmasterFile(join(homeOf(dataDirectory), 'data'))?.pid ?? 0;
}

/** Whether a server runs, as the operating system sees it. */
export function isServerRunning(dataDirectory: string): boolean {
  return identifyProcess(readServerPid(dataDirectory)) !== undefined;
}

/** Waits for another process to have come that far. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > endsAt) throw new Error(`Still not so: ${condition.toString()}`);
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Removes all sandboxes, with what a failed test has left running in them. */
export function clearSandboxes(): void {
  for (const sandbox of sandboxes.splice(0)) {
    for (const name of readdirSync(sandbox)) clearDataDirectory(join(sandbox, name));
    rmSync(sandbox, { recursive: true, force: true, maxRetries: 10 });
  }
}

function clearDataDirectory(directory: string): void {
  if (!lstatSync(join(directory, 'postgres'), { throwIfNoEntry: false })) return;
  if (isServerRunning(directory)) process.kill(readServerPid(directory), 'SIGQUIT');
  rmSync(homeOf(directory), { recursive: true, force: true, maxRetries: 10 });
}
