import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request, { type Test } from 'supertest';
import LIMITS_OFF from './limits-off.json';

const ENTRY = join(process.cwd(), 'dist/src/main.js');

/** The built server as a process of its own, as in production: for replicas, signals and kill -9. `npm test` builds it first. */
export class ServerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    /** Until it was ready. */
    readonly printed: string,
    private readonly directory: string,
  ) {}

  /**
   * @param environment further variables; PORT=0 takes a free port, ROLES is empty of cron unless given
   * @param entry of another build than this checkout's
   */
  static async start(environment: Record<string, string>, entry = ENTRY): Promise<ServerProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-server-'));
    const defaults = {
      NODE_ENV: 'test',
      PORT: '0',
      ROLES: 'web',
      DATA_DIR: directory,
      SECRET_KEY: 'a secret of the tests, long enough to be taken',
      BCRYPT_COST: '4',
      ...LIMITS_OFF,
      LOG_LEVEL: 'error',
    };
    const child = spawn(process.execPath, [entry], {
      env: { PATH: process.env.PATH, ...defaults, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { url, printed } = await announcement(child);
    return new ServerProcess(child, url, printed, directory);
  }

  send(verb: 'get' | 'post' | 'patch' | 'delete', path: string, token?: string): Test {
    const test = request(this.url)[verb](path);
    return token ? test.set('authorization', `Bearer ${token}`) : test;
  }

  get = (path: string, token?: string): Test => this.send('get', path, token);
  post = (path: string, token?: string, body?: object): Test =>
    this.send('post', path, token).send(body);

  /** @returns the exit code, or null after a kill */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    rmSync(this.directory, { recursive: true, force: true });
    return this.child.exitCode;
  }
}

/** The server says where it is when it is ready; what it printed instead is the error. */
function announcement(child: ChildProcess): Promise<{ url: string; printed: string }> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const url = /ready: (http:\S+)/.exec(printed)?.[1];
      if (url) resolve({ url, printed });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) =>
      reject(new Error(`the server ended with ${code} before it was ready: ${printed}`)),
    );
  });
}
