import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgresOptions, EmbeddedPostgresOutcome } from '../../src/embedded-postgres';
import { NAME } from './database';

export interface Opened {
  readonly url: string;
  readonly port: number;
  readonly outcome: EmbeddedPostgresOutcome;
}

interface LaunchOptions {
  readonly script: string;
  readonly database: Omit<EmbeddedPostgresOptions, 'name'>;
  readonly mode?: 'stay' | 'leave';
  readonly user?: { readonly uid: number; readonly gid: number };
}

const living = new Set<LauncherProcess>();

/** Another process that uses the embedded database: launcher-child.ts, from outside. */
export class LauncherProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly answer: Promise<Opened | { readonly error: string }>;

  constructor({ script, database, mode = 'stay', user }: LaunchOptions) {
    const task = JSON.stringify({ mode, options: { name: NAME, durable: false, ...database } });
    this.child = spawn(process.execPath, [script, task], {
      ...user,
      cwd: dirname(script),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.ended = once(this.child, 'exit');
    this.answer = this.readAnswer();
    // Read only by tests that need it: a child may also be killed before it answers.
    this.answer.catch(() => undefined);
    living.add(this);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async opened(): Promise<Opened> {
    const answer = await this.answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  /** Tells it to release, and waits until it has ended by itself. */
  async release(): Promise<void> {
    this.child.stdin?.write('release\n');
    await this.end();
  }

  async end(): Promise<void> {
    await this.ended;
    living.delete(this);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.end();
  }

  private async readAnswer(): Promise<Opened | { readonly error: string }> {
    const lines = createInterface({ input: this.child.stdout ?? process.stdin });
    for await (const line of lines) return JSON.parse(line) as Opened;
    throw new Error('The process ended without an answer');
  }
}

/** For a test that failed with processes left. */
export async function killLauncherProcesses(): Promise<void> {
  await Promise.all([...living].map((launcher) => launcher.kill()));
}
