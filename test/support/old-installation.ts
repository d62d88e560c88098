import { DataSource } from 'typeorm';
import { schema } from '../../src/schema';

/** The last migration before the one that moves everything to its own schema. */
export const LAST_IN_PUBLIC = 1763690000105;
export const LAST_WITHOUT_FEATURES = 1763690000099;

/** An installation in `public`, of the version whose last migration this is. @param fill runs on its connection */
export async function installInPublic(
  url: string,
  last: number,
  fill: (query: (sql: string) => Promise<unknown>) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const migrations = schema.migrations.filter(({ name }) => Number(/\d+$/.exec(name)) <= last);
  const options = '-c app.scope=platform -c app.action=migration -c search_path=public';
  const dataSource = new DataSource({
    ...{ type: 'postgres', url, migrations, poolSize: 1, extra: { options } },
  });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  await fill((sql) => dataSource.query(sql));
  await dataSource.destroy();
}
