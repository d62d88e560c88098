import { Client, type ClientConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';

const CONNECT_TIMEOUT_MS = 2_500; // after a statement that timed out (6.5 s), the caller is still answered within 10 s
const SILENCE_MS = 500;

/** Runs a statement and gives its rows. */
export type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** What the application adds to a data source: its tables and their history. */
export interface Schema {
  entities: (new () => object)[];
  migrations: (new () => object)[];
  /** Rows that follow from code, written after the migrations, each time. */
  complete?: (query: Query) => Promise<void>;
}

export const SCHEMA = Symbol('Schema');

/**
 * Between connect and TypeORM's own listener, a connection has no error listener: an error that arrives with the last
 * bytes of the handshake would end the process. The next query on it fails with the same error.
 */
class GuardedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/**
 * The pool of one process. Every wait has a limit: by default TypeORM and pg wait forever for a connection, a
 * statement or an abandoned transaction. Limits that the server enforces are set with each BEGIN (PgBouncer refuses
 * them as startup parameters); `query_timeout` is for a database that accepts bytes and never answers.
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
      pipeline: true, // what is sent together arrives together: `Database.read` takes one round trip
    },
  });
}
