import type { EventResponse } from '../../src/modules/events/dto/event';
import type { TestApplication } from './test-application';
import type { TestDatabase } from './test-database';

/** The newest events of the business, newest first. */
export async function listEvents(
  server: Pick<TestApplication, 'get'>,
  token: string,
  query = '?limit=100',
): Promise<EventResponse[]> {
  const answer = await server.get(`/v1/events${query}`, token);
  if (answer.status !== 200) throw new Error(`listing events answered ${answer.text}`);
  return (answer.body as { data: EventResponse[] }).data;
}

/** Of the whole installation, by business and sequence. */
export function readEvents(
  database: TestDatabase,
): Promise<{ businessId: string; sequence: number; type: string; data: object }[]> {
  return database.query(
    `SELECT business_id AS "businessId", sequence::int, type, data FROM events ORDER BY business_id, sequence`,
  );
}
