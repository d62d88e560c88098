import { chownSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './credentials';
import type { DatabaseHome } from './database-home';
import type { DatabaseUser } from './database-user';
import { hasErrorCode, syncDirectory } from './files';
import { runProcess } from './run-process';

export interface ClusterPlan {
  readonly home: DatabaseHome;
  readonly credentials: Credentials;
  readonly binariesDirectory: string;
  readonly isDurable: boolean;
}

const WORKSHOP = 'new-';

/**
 * Runs initdb aside and moves the finished cluster to its place, so a cluster is whole or absent: a kill halfway leaves
 * only a directory that the next start removes.
 */
export async function initialiseCluster(plan: ClusterPlan): Promise<void> {
  const { home } = plan;
  const workshop = makeWorkshop(plan);
  await runProcess(
    join(plan.binariesDirectory, 'initdb'),
    options(plan, workshop),
    home.databaseUser,
  );
  renameSync(join(workshop, 'data'), home.clusterDirectory);
  syncDirectory(home.directory);
  removeWorkshops(home);
}

/** A directory of the database's user with the superuser's password in it, which initdb reads. */
function makeWorkshop(plan: ClusterPlan): string {
  const { directory, databaseUser } = plan.home;
  const workshop = mkdtempSync(join(directory, WORKSHOP));
  const passwordFile = join(workshop, 'password');
  writeFileSync(passwordFile, plan.credentials.superuserPassword, { mode: 0o600 });
  if (databaseUser) giveTo(databaseUser, passwordFile, workshop);
  return workshop;
}

function giveTo(user: DatabaseUser, ...paths: string[]): void {
  for (const path of paths) chownSync(path, user.uid, user.gid);
}

function options(plan: ClusterPlan, workshop: string): string[] {
  const fixed = '--username=postgres --auth=scram-sha-256 --no-instructions --encoding=UTF8';
  const locale = '--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8';
  return [
    ...`${fixed} ${locale}`.split(' '),
    `--pgdata=${join(workshop, 'data')}`,
    `--pwfile=${join(workshop, 'password')}`,
    ...(plan.isDurable ? [] : ['--no-sync']),
  ];
}

/** Removes what an interrupted initdb left, also one that was killed together with its launcher. */
export function removeWorkshops(home: DatabaseHome): void {
  for (const name of readdirSync(home.directory).filter((entry) => entry.startsWith(WORKSHOP))) {
    try {
      rmSync(join(home.directory, name), { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // The launcher was killed, its initdb still writes: harmless, removed at the next start.
      if (!hasErrorCode(error, 'ENOTEMPTY')) throw error;
    }
  }
}
