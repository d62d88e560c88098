import { ChangeFeed } from '../../src/platform/database/change-feed';
import type { DataSource } from 'typeorm';
import { Clock } from '../../src/common/clock';
import type { Config } from '../../src/platform/config/config';
import { createDataSource } from '../../src/platform/database/data-source';
import { Database } from '../../src/platform/database/database';
import { testConfig } from './test-config';

/** The pool of the application with `Database` over it, and no application around it. */
export interface Pool {
  dataSource: DataSource;
  database: Database;
  feed: ChangeFeed;
  close(): Promise<void>;
}

export async function openPool(
  url: string,
  entities: (new () => object)[] = [],
  changes: Partial<Config> = {},
): Promise<Pool> {
  const config = testConfig(url, changes);
  const dataSource = createDataSource(config, { entities, migrations: [] }, () => undefined);
  await dataSource.initialize();
  const feed = new ChangeFeed();
  const database = new Database(dataSource, new Clock(), feed, config);
  return { dataSource, database, feed, close: () => dataSource.destroy() };
}
