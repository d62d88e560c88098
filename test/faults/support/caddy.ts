import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until';
import { freePort } from './free-port';
import { Skipped } from './scenario';

const EXAMPLE = 'deploy/caddy/Caddyfile';

/** The real Caddy with the example's configuration, without its certificate, before a server. */
export class Caddy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {}

  /** @throws Skipped where none is installed */
  static async before(server: { url: string }): Promise<Caddy> {
    if (spawnSync('caddy', ['version']).status !== 0) throw new Skipped('caddy is not on the PATH');
    const url = `http://127.0.0.1:${await freePort()}`;
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-caddy-'));
    const file = join(directory, 'Caddyfile');
    writeFileSync(file, configure(url, server));
    const child = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
      env: { PATH: process.env.PATH, HOME: directory },
      stdio: 'ignore',
    });
    const caddy = new Caddy(child, directory, url);
    await until('Caddy answers', () =>
      fetch(`${url}/health/live`).then(
        () => true,
        () => false,
      ),
    );
    return caddy;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    rmSync(this.directory, { recursive: true });
  }
}

function configure(url: string, server: { url: string }): string {
  const example = readFileSync(EXAMPLE, 'utf8')
    .replace(/^app\.example\.com /m, `${url} `)
    .replace('reverse_proxy 127.0.0.1:3000', `reverse_proxy ${new URL(server.url).host}`);
  return `{\n\tadmin off\n}\n${example}`;
}
