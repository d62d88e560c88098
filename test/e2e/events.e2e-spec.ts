import { newId } from '../../src/common/ids';
import type { EventResponse } from '../../src/modules/events/dto/event';
import { EventsService } from '../../src/modules/events/events.service';
import { RequestContext } from '../../src/common/request-context';
import { businessUpdated } from '../../src/modules/businesses/businesses.events';
import { Database } from '../../src/platform/database/database';
import { signUp, type Customer } from '../support/customers';
import { addMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* The log of a business: GET /v1/events. */

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

interface EventPage {
  data: EventResponse[];
  nextCursor: string | null;
}

async function list(query = '', token = customer.token): Promise<EventPage> {
  const answer = await server.get(`/v1/events${query}`, token);
  expect(answer.status).toBe(200);
  return answer.body as EventPage;
}

async function rename(times: number): Promise<void> {
  for (let number = 1; number <= times; number += 1) {
    const answer = await server.patch('/v1/business', customer.token, { name: `Shop ${number}` });
    expect(answer.status).toBe(200);
  }
}

async function sequencesOf({ business }: Customer): Promise<number[]> {
  const sql = 'SELECT sequence::int FROM events WHERE business_id = $1 ORDER BY sequence';
  const rows = await server.database.query<{ sequence: number }>(sql, [business.id]);
  return rows.map(({ sequence }) => sequence);
}

describe('the log', () => {
  it('begins with the sign-up, newest first, in pages', async () => {
    await rename(3);
    const first = await list('?limit=2');
    expect(first.data[0]).toMatchObject({ type: 'business.updated', data: { changed: ['name'] } });
    const rest = await list(`?limit=100&cursor=${first.nextCursor}`);
    const all = [...first.data, ...rest.data];
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => all.length - index));
    expect(all.map(({ type }) => type)).toContain('member.joined');
    expect(all.at(-1)).toMatchObject({ sequence: 1 });
  });

  it('goes on after a sequence, oldest first', async () => {
    const { data } = await list('?limit=1');
    const last = data[0]!.sequence;
    await rename(3);
    const first = await list(`?after=${last}&limit=2`);
    const second = await list(`?after=${last}&limit=2&cursor=${first.nextCursor}`);
    const numbers = [...first.data, ...second.data].map(({ sequence }) => sequence);
    expect(numbers).toEqual([last + 1, last + 2, last + 3]);
    expect(second.nextCursor).toBeNull();
    expect((await list(`?after=${last + 3}`)).data).toEqual([]);
  });

  it('may be of one type; an unknown one is 422', async () => {
    await rename(1);
    const { data } = await list('?type=api_key.created');
    expect(new Set(data.map(({ type }) => type))).toEqual(new Set(['api_key.created']));
    const answer = await server.get('/v1/events?type=api_key.borrowed', customer.token);
    expectProblem(answer, 422, 'validation_failed');
  });

  it('shows what the role may read, in the list and one by one', async () => {
    const viewer = await addMember(server, customer, 'viewer');
    const { data: ofOwner } = await list('?limit=100');
    const { data: ofViewer } = await list('?limit=100', viewer.token);
    const hidden = ofOwner.filter(({ id }) => !ofViewer.some((each) => each.id === id));
    expect(hidden.map(({ type }) => type)).toContain('api_key.created');
    expect(ofViewer.map(({ type }) => type)).toContain('member.joined');
    const path = `/v1/events/${hidden[0]!.id}`;
    expect((await server.get(path, customer.token)).body).toEqual(hidden[0]);
    const refused = await server.get(path, viewer.token);
    expectProblem(refused, 404, 'business_event_not_found');
    const missing = await server.get(`/v1/events/${newId()}`, customer.token);
    expectProblem(missing, 404, 'business_event_not_found');
  });

  it('says 410 after a sequence whose followers are deleted, and begins with the oldest for 0', async () => {
    await rename(3);
    const sequences = await sequencesOf(customer);
    await server.database.query('DELETE FROM events WHERE business_id = $1 AND sequence <= 3', [
      customer.business.id,
    ]);
    expectProblem(await server.get('/v1/events?after=2', customer.token), 410, 'events_gone');
    expect((await list('?after=3')).data[0]).toMatchObject({ sequence: 4 });
    expect((await list('?after=0&limit=100')).data).toHaveLength(sequences.length - 3);
  });
});

describe('the sequence of a business', () => {
  function append(work: (raise: () => void) => Promise<void>): Promise<void> {
    const context = RequestContext.job('business.update', customer.business.id);
    return server.app.get(Database).transaction(context, (tx) =>
      work(() => {
        server.app.get(EventsService).append(tx, businessUpdated, { changed: ['name'] });
      }),
    );
  }

  it('has no gap where a transaction fails', async () => {
    const before = (await sequencesOf(customer)).length;
    const failing = append((raise) => {
      raise();
      return Promise.reject(new Error('it fails'));
    });
    await expect(failing).rejects.toThrow('it fails');
    await append((raise) => Promise.resolve(raise()));
    expect(await sequencesOf(customer)).toEqual(numbersTo(before + 1));
  });

  it('follows the commits: a transaction that raised first and commits last is last', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = append(async (raise) => {
      raise();
      await held;
      raise();
    });
    await append((raise) => Promise.resolve(raise()));
    const between = await sequencesOf(customer);
    release();
    await slow;
    expect(await sequencesOf(customer)).toEqual(numbersTo(between.length + 2));
  });

  it('is dense when many commit at once', async () => {
    const before = (await sequencesOf(customer)).length;
    const at = Array.from({ length: 20 }, () =>
      append((raise) => {
        raise();
        raise();
        return Promise.resolve();
      }),
    );
    await Promise.all(at);
    expect(await sequencesOf(customer)).toEqual(numbersTo(before + 40));
  });
});

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
