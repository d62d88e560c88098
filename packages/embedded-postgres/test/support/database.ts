import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import type { Credentials } from '../../src/credentials';
import {
  openEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/embedded-postgres';
import { LauncherConnection } from '../../src/launcher-connection';
import { homeOf, until } from './sandbox';

/** Of the role and the database. */
export const NAME = 'notes';

/** Opens in this process, not durable: faster, and no test cuts the power. */
export function open(
  dataDirectory: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({ name: NAME, dataDirectory, durable: false, ...options });
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Throws unless the database answers. */
export async function assertAnswers({ url }: { url: string }): Promise<void> {
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
}

/** Commits a note to the disk, which clusters that are not durable otherwise do a moment later. */
export async function writeNote({ url }: { url: string }, note: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set synchronous_commit = on');
  await client.query('create table if not exists notes (note text)');
  await client.query('insert into notes values ($1)', [note]);
  await client.end();
}

export async function readNotes({ url }: { url: string }): Promise<string[]> {
  const rows = await query<{ note: string }>(url, 'select note from notes order by note');
  return rows.map(({ note }) => note);
}

/** Undoes what the launcher does after initdb. */
export async function dropApplicationDatabase(dataDirectory: string, port: number): Promise<void> {
  const connection = await openAsLauncher(dataDirectory, port);
  await connection.query(`drop database ${NAME}`);
  await connection.query(`drop role ${NAME}`);
  await connection.close();
}

/** Waits until so many processes use the server, which may have to recover first. */
export async function untilUsedBy(
  count: number,
  dataDirectory: string,
  port: number,
): Promise<void> {
  const countUsers = async (): Promise<number> => {
    const connection = await openAsLauncher(dataDirectory, port);
    const users = await connection.countOtherPresences();
    await connection.close();
    return users;
  };
  await until(async () => (await countUsers().catch(() => 0)) === count);
}

function openAsLauncher(dataDirectory: string, port: number): Promise<LauncherConnection> {
  const file = readFileSync(join(homeOf(dataDirectory), 'credentials.json'), 'utf8');
  const { superuserPassword } = JSON.parse(file) as Credentials;
  return LauncherConnection.open(port, superuserPassword);
}
