import { Client, type ClientConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';

const CONNECT_TIMEOUT_MS = 2_500; // after a statement that got no answer (6.5 s), somebody still hears within 10 s
const SILENCE_MS = 500;

/** What a data source is made of that only the application knows: its tables and their history. */
export interface Schema {
  entities: (new () => object)[];
  migrations: (new () => object)[];
}

export const SCHEMA = Symbol('Schema');

/**
 * Between the moment it is connected and TypeORM's own listener, nothing listens to a connection: an error that comes
 * together with the last bytes of the connecting would end the process. The next query on it fails and tells the same.
 */
class GuardedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/**
 * The pool of one process. Every wait has an end: left alone, TypeORM and pg wait for a connection,
 * a statement or an abandoned transaction for ever. What the server can end by itself is set with each
 * BEGIN (PgBouncer refuses such settings at the start of a connection); `query_timeout` is for a
 * database that swallows bytes and never says anything.
 */
export function createDataSource(
  config: Config,
  schema: Schema,
  onPoolError: (error: Error) => void,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url: config.databaseUrl ?? undefined,
    ...schema,
    synchronize: false,
    logging: false,
    migrationsTableName: 'migrations',
    poolSize: config.databasePoolSize,
    poolErrorHandler: onPoolError, // without one, a restart of PostgreSQL ends this process
    applicationName: 'tenantry',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      Client: GuardedClient,
      query_timeout: config.statementTimeoutMs + SILENCE_MS,
      keepAlive: true,
    },
  });
}
