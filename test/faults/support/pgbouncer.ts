import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDatabaseUser } from '../../../packages/embedded-postgres/src/database-user';
import { atPort, withConnection } from '../../support/connection';
import { until } from '../../support/until';
import { freePort } from './free-port';
import { Skipped } from './scenario';

const SETTINGS = 'pgbouncer.ini';

/** The real PgBouncer in transaction mode, before a database. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {}

  /** @throws Skipped where none is installed */
  static async before(databaseUrl: string): Promise<PgBouncer> {
    if (spawnSync('pgbouncer', ['--version']).status !== 0)
      throw new Skipped('pgbouncer is not on the PATH');
    const port = await freePort();
    const url = atPort(databaseUrl, port);
    const directory = writeSettings(databaseUrl, port);
    const user = findDatabaseUser(); // it refuses to run as root
    const child = spawn('pgbouncer', [SETTINGS], { ...user, cwd: directory, stdio: 'ignore' });
    const bouncer = new PgBouncer(child, directory, url);
    await until('PgBouncer lets clients in', () =>
      withConnection(url, {}, () => Promise.resolve(true)).catch(() => false),
    );
    return bouncer;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    rmSync(this.directory, { recursive: true });
  }
}

/** @returns the directory that they are in */
function writeSettings(databaseUrl: string, port: number): string {
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl);
  const target = `host=${hostname} port=${databasePort} user=${username} password=${password}`;
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-bouncer-'));
  const file = join(directory, SETTINGS);
  const lines = [
    '[databases]',
    `${pathname.slice(1)} = ${target}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 5',
    'max_client_conn = 200',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const user = findDatabaseUser();
  for (const path of user ? [directory, file] : []) chownSync(path, user!.uid, user!.gid);
  return directory;
}
