import { relative } from 'node:path';
import type { EmbeddedPostgres } from '@tenantry/embedded-postgres';
import type { Config } from '../config/config';

export interface OpenDatabase {
  /** The configuration with the database's address in it. */
  config: Config;
  /** For people: the database's address without its password. */
  description: string;
  /** Call when everything that uses the database has stopped; the last process stops an embedded one. */
  release(): Promise<void>;
}

/** The name of the embedded database and of its role. */
const EMBEDDED_NAME = 'tenantry';

/** Opens the database of `DATABASE_URL`, or without one starts or finds the embedded PostgreSQL. */
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
  const embedded = await openEmbedded(config.dataDirectory, onProgress);
  const where = relative(process.cwd(), `${config.dataDirectory}/postgres`);
  return {
    config: { ...config, databaseUrl: embedded.url, databaseDirectUrl: embedded.url },
    description: `${withoutPassword(embedded.url)} (embedded PostgreSQL, ${embedded.outcome}, in ${where})`,
    release: () => embedded.release(),
  };
}

/** @throws Error that names `DATABASE_URL` */
async function openEmbedded(
  dataDirectory: string,
  onProgress?: (message: string) => void,
): Promise<EmbeddedPostgres> {
  try {
    const { openEmbeddedPostgres } = await import('@tenantry/embedded-postgres');
    return await openEmbeddedPostgres({ name: EMBEDDED_NAME, dataDirectory, onProgress });
  } catch (cause) {
    throw new Error(
      `DATABASE_URL is unset, and the embedded PostgreSQL does not start: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function withoutPassword(url: string): string {
  const address = new URL(url);
  if (address.password) address.password = '***';
  return address.toString();
}
