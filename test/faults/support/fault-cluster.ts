import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tenantry/embedded-postgres';
import { withConnection } from '../../support/connection';
import {
  clearSandboxes,
  isServerRunning,
  makeSandbox,
  readServerPid,
  until,
} from '../../../packages/embedded-postgres/test/support/sandbox';
import type { TestDatabase } from '../../support/test-database';

/** A PostgreSQL of a scenario's own, as durable as in production, that may be killed and started again. */
export class FaultCluster implements TestDatabase {
  private constructor(
    private readonly dataDirectory: string,
    private embedded: EmbeddedPostgres,
  ) {}

  /** @param dataDirectory where something special is under it; otherwise one is made, and removed in the end */
  static async start(dataDirectory = join(makeSandbox(), '.data')): Promise<FaultCluster> {
    return new FaultCluster(dataDirectory, await open(dataDirectory));
  }

  get url(): string {
    return this.embedded.url;
  }

  get port(): number {
    return this.embedded.port;
  }

  get isRunning(): boolean {
    return isServerRunning(this.dataDirectory);
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return withConnection(
      this.url,
      { scope: 'platform' },
      async (client) => (await client.query(sql, parameters)).rows as Row[],
    );
  }

  /** What `pg_ctl stop -m immediate` does: no checkpoint, no goodbye; the next start recovers from the log. */
  async kill(): Promise<void> {
    process.kill(readServerPid(this.dataDirectory), 'SIGQUIT');
    await until(() => !this.isRunning);
  }

  /** kill -9 of the server and all its processes: what they held in memory is gone, too. */
  async killAtOnce(): Promise<void> {
    const server = readServerPid(this.dataDirectory);
    for (const pid of [server, ...childrenOf(server)]) process.kill(pid, 'SIGKILL');
    await until(() => !this.isRunning);
  }

  /** On the same port as before. */
  async startAgain(): Promise<void> {
    const { port, embedded } = this;
    this.embedded = await open(this.dataDirectory);
    await embedded.release(); // no longer a user of it twice
    if (this.port !== port) throw new Error('another process has taken the port of the database');
  }

  async drop(): Promise<void> {
    await this.embedded.release();
    clearSandboxes();
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

function open(dataDirectory: string): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({
    name: 'tenantry',
    dataDirectory,
    createDatabases: true,
    maxConnections: 200,
  });
}
