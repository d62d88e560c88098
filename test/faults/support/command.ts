import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ENTRY = join(process.cwd(), 'dist/src/cli.js');

/** Starts a command of the built command line. */
export function startCommand(databaseUrl: string, ...parameters: string[]): ChildProcess {
  return spawn(process.execPath, [ENTRY, ...parameters], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      DATA_DIR: tmpdir(),
      SECRET_KEY: 'a secret of the tests, long enough to be taken',
    },
  });
}

/** Runs a command to its end. @returns what it printed, from JSON @throws unless it ends well */
export async function runCommand<T>(databaseUrl: string, ...parameters: string[]): Promise<T> {
  const child = startCommand(databaseUrl, ...parameters, '--json');
  const [output, errors] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit'),
  ]);
  if (child.exitCode !== 0) throw new Error(`${parameters[0]} ended badly: ${output}${errors}`);
  return JSON.parse(output) as T;
}
