import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfPresent } from './files';
import { identifyProcess, isPidTaken, readCommandLine } from './process-identity';

/** What a running server writes about itself; after a crash the file stays behind. */
export interface PostmasterFile {
  /** 0 where the file is damaged. */
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

const LINE = { pid: 0, port: 3, status: 7 };

/** Reads the cluster's postmaster.pid. */
export function readPostmasterFile(clusterDirectory: string): PostmasterFile | undefined {
  const lines = readFileIfPresent(join(clusterDirectory, 'postmaster.pid'))?.split('\n');
  if (lines === undefined) return undefined;
  return {
    pid: toNumber(lines[LINE.pid]),
    port: toNumber(lines[LINE.port]),
    isReady: lines[LINE.status]?.trim() === 'ready',
  };
}

function toNumber(line: string | undefined): number {
  return Number.parseInt(line ?? '') || 0;
}

/** Whether the process that the file names lives and is this cluster's server, judged from outside. */
export function isPostmasterOf(clusterDirectory: string, pid: number): boolean {
  if (pid === 0 || identifyProcess(pid) === undefined) return false;
  return readCommandLine(pid).includes(`postgres -D ${clusterDirectory} `);
}

/**
 * PostgreSQL passes over the file of a dead process by itself, and reads in it whether backends of
 * that server are still there, so that file is left alone. But it takes any living process of its
 * own user, and a zombie, for a server: then the file has to go.
 */
export function removeMisleadingPostmasterFile(clusterDirectory: string): void {
  const file = readPostmasterFile(clusterDirectory);
  if (file === undefined || (file.pid !== 0 && !isPidTaken(file.pid))) return;
  rmSync(join(clusterDirectory, 'postmaster.pid'), { force: true });
}

/** The port of the last start, which PostgreSQL writes down with its other options. */
export function readLastPort(clusterDirectory: string): number | undefined {
  const options = readFileIfPresent(join(clusterDirectory, 'postmaster.opts')) ?? '';
  const port = /"-p" "(\d+)"/.exec(options)?.[1];
  return port === undefined ? undefined : Number(port);
}
