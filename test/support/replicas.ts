import { ServerProcess } from './server-process';
import { createTestDatabase, type TestDatabase } from './test-database';

/** Several server processes on one database, as in production. */
export class Replicas {
  private constructor(
    readonly database: TestDatabase,
    readonly servers: ServerProcess[],
  ) {}

  /** @param environments the variables of each, besides its database */
  static async start(...environments: Record<string, string>[]): Promise<Replicas> {
    const database = await createTestDatabase();
    const servers = environments.map((environment) =>
      ServerProcess.start({ ...environment, DATABASE_URL: database.url }),
    );
    return new Replicas(database, await Promise.all(servers));
  }

  /** Number `index`, counting round and round: spreads requests evenly. */
  at(index: number): ServerProcess {
    return this.servers[index % this.servers.length]!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.database.drop();
  }
}
