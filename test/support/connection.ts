import { Client } from 'pg';

/** What a connection sees from its start: a tenant's rows, or all. Without either, none. */
export interface Sight {
  businessId?: string;
  scope?: 'platform';
}

/** Runs work on a connection of its own, as the application's role, and closes it. */
export async function withConnection<T>(
  url: string,
  sight: Sight,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: url, options: optionsOf(sight) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The code (SQLSTATE) with which the database refuses a statement; null when it does not. The statement is undone. */
export async function refusalOf(
  client: Client,
  sql: string,
  parameters: unknown[] = [],
): Promise<string | null> {
  await client.query('BEGIN');
  try {
    await client.query(sql, parameters);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.query('ROLLBACK');
  }
}

function optionsOf({ businessId, scope }: Sight): string {
  const settings = [
    ...(businessId ? [`-c app.business_ids={${businessId}}`] : []),
    ...(scope ? [`-c app.scope=${scope}`] : []),
  ];
  return settings.join(' ');
}

/** The same database at another port of this machine, never by the socket, which leads past what listens there. */
export function atPort(databaseUrl: string, port: number): string {
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) });
  url.searchParams.delete('host');
  return url.toString();
}
