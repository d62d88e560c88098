import { spawn, type SpawnOptions } from 'node:child_process';
import type { DatabaseUser } from './database-user';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/**
 * How every database process is started: as the database's user, away from a working directory that
 * user may not read, and without the application's environment, which holds its secrets.
 */
export function databaseProcessOptions(user: DatabaseUser | undefined): SpawnOptions {
  return { ...user, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
}

/** Runs a program to its end; if it fails, the error contains its output. */
export async function runProcess(
  command: string,
  parameters: string[],
  user: DatabaseUser | undefined,
): Promise<void> {
  const child = spawn(command, parameters, { ...databaseProcessOptions(user), stdio: 'pipe' });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(describeSpawnError(error)));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  if (failure !== undefined) {
    throw new EmbeddedPostgresError(`${command} failed (${failure})\n${output}`.trimEnd());
  }
}

/** The program's file was found before: a missing one now is its loader. */
export function describeSpawnError(error: Error): string {
  const isMissing = 'code' in error && error.code === 'ENOENT';
  const hint = 'the binaries need glibc: on Alpine Linux use a PostgreSQL server of your own';
  return isMissing ? `${error.message}; ${hint}` : error.message;
}
