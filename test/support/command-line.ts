import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
  environment: Record<string, string>;
  directory: string;
  input?: string;
}

/** The built command in a process of its own, as people call it. */
export async function spawnCommand({
  parameters,
  environment,
  directory,
  input = '',
}: Call): Promise<Outcome> {
  const options = { cwd: directory, env: environment };
  const child = spawn(process.execPath, [ENTRY, ...parameters], options);
  child.stdin.end(input);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/** Runs built commands one after the other in one process, which has loaded them once. */
export class CommandHost {
  private readonly child: ChildProcess = fork(HOST, { stdio: 'inherit' });
  private last: Promise<unknown> = Promise.resolve();

  run({ input = '', ...call }: Call): Promise<Outcome> {
    const outcome = this.last.then(async () => {
      const ended = once(this.child, 'message') as Promise<[Outcome]>;
      this.child.send({ ...call, input });
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
