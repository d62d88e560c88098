import {
  Tenantry,
  UnauthenticatedError,
  type EventsOptions,
  type EventsReset,
  type LogEvent,
} from '@tenantry/client';
import { signUp, type Customer } from '../support/customers';
import { listEvents } from '../support/events';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* The client's events against the server itself. */

let server: TestApplication;
let customer: Customer;
let client: Tenantry;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  client = new Tenantry({ baseUrl: server.url, token: customer.token });
});

/** Reads until the events end, beside the test. */
class Reader {
  readonly seen: (LogEvent | EventsReset)[] = [];
  readonly ended: Promise<unknown>;

  constructor(from: Tenantry, options?: EventsOptions) {
    this.ended = this.read(from, options);
  }

  get sequences(): number[] {
    return this.seen.map(({ sequence }) => sequence);
  }

  has(count: number): Promise<void> {
    return until(`${count} events have come`, () => this.seen.length >= count);
  }

  /** @returns the error */
  private async read(from: Tenantry, options?: EventsOptions): Promise<unknown> {
    try {
      for await (const item of from.events(options)) this.seen.push(item);
      return null;
    } catch (error) {
      return error;
    }
  }
}

async function rename(name: string): Promise<void> {
  await server.patch('/v1/business', customer.token, { name }).expect(200);
}

async function lastSequence(): Promise<number> {
  return (await listEvents(server, customer.token, '?limit=1'))[0]!.sequence;
}

const logOut = () => server.post('/v1/auth/logout', customer.token).expect(204);

it('none is missing and none comes twice when the process of the stream ends; the end of the session ends it', async () => {
  const other = await TestApplication.start(
    {},
    { ...server.database, drop: () => Promise.resolve() },
  );
  let at = other.url;
  const opened: number[] = [];
  const routed: typeof fetch = async (url, init) => {
    const answer = await fetch((url as string).replace(server.url, at), init);
    opened.push(answer.status);
    return answer;
  };
  const last = await lastSequence();
  const reader = new Reader(client.with({ fetch: routed }));
  await until('the stream is open', () => opened.length === 1);
  at = server.url;
  await other.stop(); // before any event: it goes on from where it was opened
  await rename('One');
  await rename('Two');
  await reader.has(2);
  expect(reader.sequences).toEqual([last + 1, last + 2]);
  expect(reader.seen).toEqual(await listEvents(server, customer.token, `?after=${last}`));
  await logOut();
  expect(await reader.ended).toBeInstanceOf(UnauthenticatedError);
});

it('are of the types asked for, from the whole log', async () => {
  await rename('One');
  const reader = new Reader(client, { after: 0, types: ['business.updated'] });
  await reader.has(1);
  expect(reader.seen).toMatchObject([{ type: 'business.updated', data: { changed: ['name'] } }]);
  await logOut();
  await reader.ended;
});

it('begin with a reset where the log does not go back so far', async () => {
  await rename('One');
  await rename('Two');
  const last = await lastSequence();
  await server.database.query('DELETE FROM events WHERE business_id = $1 AND sequence < $2', [
    customer.business.id,
    last,
  ]);
  const reader = new Reader(client, { after: 1 });
  await reader.has(1);
  await rename('Three');
  await reader.has(2);
  expect(reader.seen).toMatchObject([
    { type: 'reset', sequence: last },
    { type: 'business.updated', sequence: last + 1 },
  ]);
  await logOut();
  await reader.ended;
});
