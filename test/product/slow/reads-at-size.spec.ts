import type { Client } from 'pg';
import type { RecordingResponse } from '../../../src/product/recordings/dto/recording.responses';
import { createApplication } from '../support/applications';
import { withConnection } from '../../support/connection';
import { signUp, type Customer } from '../../support/customers';
import { storeRecordings } from '../support/recordings';
import { statementsOf, type SentStatement } from '../../support/statement-counter';
import { TestApplication } from '../../support/test-application';

/* Lists and usage of a tenant with very many recordings: what PostgreSQL does for them, by its own account. */

const ROWS = 200_000;
const PAGE = 20;

let server: TestApplication;
let customer: Customer;
let applicationId: string;
beforeAll(async () => {
  server = await TestApplication.start();
  customer = await signUp(server);
  ({ id: applicationId } = await createApplication(server, customer));
  await insertMany(customer.business.id, ROWS);
  await insertMany((await signUp(server)).business.id, 20_000);
  await server.database.query('ANALYZE recordings');
});
afterAll(() => server.stop());

/** One a minute, of the period before the running one; every tenth of the application; the middle half is deleted. */
async function insertMany(businessId: string, count: number): Promise<void> {
  await server.database.query(
    `INSERT INTO recordings (business_id, id, external_id, application_id, subscription_id, period_ordinal,
                             created_at, started_at, duration_ms, deleted_at)
     SELECT $1, (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0') || '7' || substr(md5(number::text), 1, 19))::uuid,
            'r' || number, CASE WHEN number % 10 = 0 AND $3::uuid IS NOT NULL THEN $3::uuid END,
            subscription.id, 0, made, CASE WHEN NOT is_deleted THEN made END, CASE WHEN NOT is_deleted THEN 1 END,
            CASE WHEN is_deleted THEN made END
     FROM subscriptions AS subscription, generate_series(1, $2::integer) AS number,
          LATERAL (SELECT date_trunc('milliseconds', now()) - number * interval '1 minute' AS made,
                          number BETWEEN $2 / 4 AND $2 * 3 / 4 AS is_deleted) AS each
     WHERE subscription.business_id = $1 AND subscription.is_current`,
    [businessId, count, businessId === customer.business.id ? applicationId : null],
  );
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** What PostgreSQL does for a statement that the server has sent. */
async function explain({ text, values }: SentStatement): Promise<Node[]> {
  const explainOn = async (client: Client): Promise<Node[]> => {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  };
  return withConnection(server.database.url, { businessId: customer.business.id }, explainOn);
}

/** The statements of a request that read recordings. */
async function readsOf(path: string): Promise<SentStatement[]> {
  const { sent } = await statementsOf(async () => {
    const { status, text } = await server.get(path, customer.token);
    expect([status, text]).toEqual([200, text]);
  });
  return sent.filter(({ text }) => /\bFROM "?recordings"?/i.test(text));
}

/** By an index that gives the rows in order, and hardly more of them than the page shows. */
async function expectFewRowsInOrder(statement: SentStatement, most = PAGE + 1): Promise<void> {
  const nodes = await explain(statement);
  const types = nodes.map((node) => node['Node Type']);
  expect(types.filter((type) => /Seq Scan|Sort|Bitmap/.test(type))).toEqual([]);
  const looked = nodes
    .filter((node) => node['Relation Name'] === 'recordings')
    .map((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
  expect(looked.length).toBeGreaterThan(0);
  for (const rows of looked) expect(rows).toBeLessThanOrEqual(most);
}

const recordings = (query: string): string => `/v1/recordings?limit=${PAGE}${query}`;

/** The cursor after the recording that is so many minutes old. */
async function cursorAfter(number: number): Promise<string> {
  const [row] = await server.database.query<{ id: string; created_at: Date }>(
    'SELECT id, created_at FROM recordings WHERE business_id = $1 AND external_id = $2',
    [customer.business.id, `r${number}`],
  );
  const cursor = JSON.stringify([row!.created_at.toISOString(), row!.id]);
  return `&cursor=${Buffer.from(cursor).toString('base64url')}`;
}

describe('a page of GET /v1/recordings', () => {
  const minutesAgo = (minutes: number): string =>
    new Date(Date.now() - minutes * 60_000).toISOString();

  it.each<[string, () => string | Promise<string>]>([
    ['the first', () => ''],
    ['one in the middle, where very many are deleted', () => cursorAfter(ROWS / 4 - 5)],
    ['the last', () => cursorAfter(ROWS - PAGE)],
    ['of an application, the first', () => `&applicationId=${applicationId}`],
    [
      'of an application, where very many are deleted',
      async () => `&applicationId=${applicationId}${await cursorAfter(ROWS / 4 - 10)}`,
    ],
    [
      'of an application, the last',
      async () => `&applicationId=${applicationId}${await cursorAfter(ROWS - 100)}`,
    ],
    ['from a moment on', () => `&from=${minutesAgo(1_000)}`],
    ['until a moment long ago', () => `&to=${minutesAgo(ROWS - 1_000)}`],
    ['between moments', () => `&from=${minutesAgo(ROWS - 500)}&to=${minutesAgo(ROWS - 1_000)}`],
    [
      'of an application between moments',
      () =>
        `&applicationId=${applicationId}&from=${minutesAgo(ROWS)}&to=${minutesAgo(ROWS - 2_000)}`,
    ],
  ])('%s: reads no more rows than it shows', async (_, query) => {
    const statements = await readsOf(recordings(await query()));
    expect(statements).toHaveLength(1);
    await expectFewRowsInOrder(statements[0]!);
  });

  it('goes over the deleted ones to the next that is there', async () => {
    const cursor = await cursorAfter(ROWS / 4 - 3);
    const page = await server.get(recordings(cursor), customer.token);
    const names = (page.body as { data: RecordingResponse[] }).data.map(
      ({ externalId }) => externalId,
    );
    const next = Array.from({ length: PAGE - 2 }, (_, index) => `r${(ROWS * 3) / 4 + 1 + index}`);
    expect(names).toEqual([`r${ROWS / 4 - 2}`, `r${ROWS / 4 - 1}`, ...next]);
  });
});

describe('usage', () => {
  it('is read without scanning recordings', async () => {
    expect(await readsOf('/v1/usage')).toEqual([]);
  });

  it('is explained with the newest rows alone, where the current period has none', async () => {
    await expectFewRowsInOrder(await theReadOf(EXPLAIN), RECENT);
  });

  it('is explained with the newest rows alone, of which it shows those of the running period', async () => {
    await storeRecordings(server, customer, 3);
    await expectFewRowsInOrder(await theReadOf(EXPLAIN), RECENT);
    const { recent } = (await server.get(EXPLAIN, customer.token)).body as { recent: unknown[] };
    expect(recent).toHaveLength(3);
  });

  const EXPLAIN = '/v1/usage/recordings/explain';
  const RECENT = 20;
  const theReadOf = async (path: string): Promise<SentStatement> => {
    const statements = await readsOf(path);
    expect(statements).toHaveLength(1);
    return statements[0]!;
  };
});
