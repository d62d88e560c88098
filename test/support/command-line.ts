import {
  fork,
  spawn,
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
} from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ENTRY = join(process.cwd(), 'dist/src/cli.js');
const HOST = join(__dirname, 'command-host.js');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Call {
  parameters: string[];
  /** Beside what every command of a test has. */
  environment?: Record<string, string>;
  /** Where it runs and keeps its data. */
  directory?: string;
  input?: string;
}

/** Starts the built command in a process of its own, as people call it. `npm run build` comes first. */
export function startCommand(call: Call): ChildProcessWithoutNullStreams {
  const { parameters, environment, directory } = complete(call);
  return spawn(process.execPath, [ENTRY, ...parameters], { cwd: directory, env: environment });
}

/** Runs it to its end. */
export async function spawnCommand(call: Call): Promise<Outcome> {
  const child = startCommand(call);
  child.stdin.end(call.input ?? '');
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

function complete({
  parameters,
  environment,
  directory = tmpdir(),
  input = '',
}: Call): Required<Call> {
  const shared = {
    PATH: process.env.PATH!,
    NODE_ENV: 'test',
    DATA_DIR: directory,
    SECRET_KEY: 'a secret of the tests, long enough to be taken',
    BCRYPT_COST: '4',
  };
  return { parameters, environment: { ...shared, ...environment }, directory, input };
}

/** Runs built commands one after the other in one process, which has loaded them once. */
export class CommandHost {
  private readonly child: ChildProcess = fork(HOST, { stdio: 'inherit' });
  private last: Promise<unknown> = Promise.resolve();

  run(call: Call): Promise<Outcome> {
    const outcome = this.last.then(async () => {
      const ended = once(this.child, 'message') as Promise<[Outcome]>;
      this.child.send(complete(call));
      return (await ended)[0];
    });
    this.last = outcome;
    return outcome;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}
