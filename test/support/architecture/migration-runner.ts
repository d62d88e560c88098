import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { schema } from '../../../src/schema';
import type { Queryable } from './catalog';

/** The migrations of this version, in the order in which they run. */
export function listMigrations(): { name: string; make: () => MigrationInterface }[] {
  return schema.migrations.map((Migration) => ({
    name: Migration.name,
    make: () => new Migration() as MigrationInterface,
  }));
}

/** Steps through migrations one by one, as `migrate` runs them: seeing all rows, each in a transaction of its own. */
export class MigrationRunner implements Queryable {
  /** What the migrations have sent. */
  readonly statements: { migration: string; sql: string }[] = [];

  private constructor(
    private readonly dataSource: DataSource,
    private readonly runner: QueryRunner,
  ) {}

  static async open(url: string): Promise<MigrationRunner> {
    const options = '-c app.scope=platform -c app.action=migration';
    const dataSource = new DataSource({ type: 'postgres', url, poolSize: 1, extra: { options } });
    await dataSource.initialize();
    return new MigrationRunner(dataSource, dataSource.createQueryRunner());
  }

  async query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    return (await this.runner.query(sql, parameters)) as Row[];
  }

  async run(migration: MigrationInterface, direction: 'up' | 'down'): Promise<void> {
    await this.runner.startTransaction();
    try {
      await migration[direction](this.recording(migration.constructor.name));
      await this.runner.commitTransaction();
    } catch (error) {
      await this.runner.rollbackTransaction();
      throw error;
    }
  }

  private recording(migration: string): QueryRunner {
    const query = (sql: string, parameters?: unknown[]): Promise<unknown> => {
      this.statements.push({ migration, sql });
      return this.runner.query(sql, parameters);
    };
    return Object.create(this.runner, { query: { value: query } }) as QueryRunner;
  }

  async close(): Promise<void> {
    await this.runner.release();
    await this.dataSource.destroy();
  }
}
