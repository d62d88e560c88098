import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until';
import { freePort } from './free-port';
import { Skipped } from './scenario';

const EXAMPLE = 'deploy/nginx/nginx.conf';

/** The real nginx with the example's configuration, before two servers. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {}

  /**
   * @param change of the configuration, for what the example only prepares
   * @throws Skipped where none is installed
   */
  static async before(
    servers: readonly { url: string }[],
    change = (configuration: string): string => configuration,
  ): Promise<Nginx> {
    if (spawnSync('nginx', ['-v']).status !== 0) throw new Skipped('nginx is not on the PATH');
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-nginx-'));
    chmodSync(directory, 0o755); // its workers are another user where it is started by root
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, change(configure(directory, port, servers)));
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const child = spawn('nginx', ['-c', file, '-g', 'daemon off;'], { stdio: 'ignore' });
    const nginx = new Nginx(child, directory, `http://127.0.0.1:${port}`);
    await until('nginx answers', () =>
      fetch(`${nginx.url}/health/live`).then(
        () => true,
        () => false,
      ),
    );
    return nginx;
  }

  /** The lines of its access log. */
  log(): Record<string, unknown>[] {
    const text = readFileSync(join(this.directory, 'access.log'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.directory, { recursive: true });
  }
}

/** The example with the addresses and paths of this machine, and nothing else changed. */
function configure(directory: string, port: number, servers: readonly { url: string }[]): string {
  const hosts = servers.map(({ url }) => new URL(url).host);
  return readFileSync(EXAMPLE, 'utf8')
    .replaceAll(' /tmp/', ` ${directory}/`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace(/server web-(\d):3000/g, (_, number: string) => `server ${hosts[Number(number) - 1]}`)
    .replace('/dev/stdout', join(directory, 'access.log'))
    .replace('/dev/stderr', join(directory, 'error.log'));
}
