import { relative } from 'node:path';
import type { Config } from '../config/config';
import { openEmbeddedPostgres } from './embedded/embedded-postgres';

export interface OpenDatabase {
  /** The configuration with the database's address in it. */
  config: Config;
  /** For people: where the database is, without its password. */
  description: string;
  /** Call when everything that uses the database has stopped; the last process out stops an embedded one. */
  release(): Promise<void>;
}

/** The database of `DATABASE_URL`, or without one the embedded PostgreSQL, started or found. */
export async function openDatabase(
  config: Config,
  onProgress?: (message: string) => void,
): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    return {
      config,
      description: withoutPassword(config.databaseUrl),
      release: () => Promise.resolve(),
    };
  }
  const embedded = await openEmbeddedPostgres({ dataDirectory: config.dataDirectory, onProgress });
  const where = relative(process.cwd(), `${config.dataDirectory}/postgres`);
  return {
    config: { ...config, databaseUrl: embedded.url, databaseDirectUrl: embedded.url },
    description: `${withoutPassword(embedded.url)} (embedded PostgreSQL, ${embedded.outcome}, in ${where})`,
    release: () => embedded.release(),
  };
}

function withoutPassword(url: string): string {
  const address = new URL(url);
  if (address.password) address.password = '***';
  return address.toString();
}
