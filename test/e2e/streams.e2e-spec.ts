import { signUp, type Customer } from '../support/customers';
import { listEvents } from '../support/events';
import { addMember, logIn } from '../support/members';
import { Authenticator } from '../support/second-factors';
import { addStaff, openSupport, type StaffMember } from '../support/staff';
import { OpenStream } from '../support/streams';
import { TestApplication } from '../support/test-application';

/* GET /v1/stream: the log as it grows. */

let server: TestApplication;
/** Another process on the same database. */
let replica: TestApplication;
let staff: StaffMember;
let customer: Customer;
const open: OpenStream[] = [];
beforeAll(async () => {
  server = await TestApplication.start();
  replica = await another();
  staff = await addStaff(server);
});
afterAll(async () => {
  await replica.stop();
  await server.stop();
});
beforeEach(async () => {
  customer = await signUp(server);
});
afterEach(() => open.splice(0).forEach((stream) => stream.close()));

/** A further process on the same database. */
function another(): Promise<TestApplication> {
  return TestApplication.start({}, { ...server.database, drop: () => Promise.resolve() });
}

async function stream(
  at: TestApplication,
  { token }: { token: string },
  lastEventId?: number | string,
  query?: string,
): Promise<OpenStream> {
  const opened = await OpenStream.open(at, token, lastEventId, query);
  open.push(opened);
  return opened;
}

async function rename(times = 1): Promise<void> {
  for (let number = 1; number <= times; number += 1)
    await server.patch('/v1/business', customer.token, { name: `Shop ${number}` }).expect(200);
}

async function lastSequence(): Promise<number> {
  return (await listEvents(server, customer.token, '?limit=1'))[0]!.sequence;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('a stream', () => {
  it('shows what happens, on every process, from when it was opened', async () => {
    const last = await lastSequence();
    const streams = [await stream(server, customer), await stream(replica, customer)];
    expect(streams[0]!.response.headers.get('content-type')).toMatch('text/event-stream');
    expect(streams[0]!.response.headers.get('x-accel-buffering')).toBe('no');
    await rename(2);
    for (const each of streams) await each.received(2);
    const [newest] = await listEvents(server, customer.token, '?limit=1');
    for (const each of streams) {
      expect(each.ids).toEqual([last + 1, last + 2]);
      expect(each.messages[1]).toEqual({ id: last + 2, event: newest!.type, data: newest });
    }
  });

  it('goes on after the last event that the client has: none missing, none twice', async () => {
    const last = await lastSequence();
    await rename(3);
    const first = await stream(server, customer, last + 1);
    await first.received(2);
    first.close();
    await rename(2);
    const second = await stream(replica, customer, first.ids.at(-1));
    await rename(1);
    await second.received(3);
    expect([...first.ids, ...second.ids]).toEqual(numbers(last + 2, last + 6));
  });

  it('shows a role what it may read', async () => {
    const viewer = await addMember(server, customer, 'viewer');
    const seen = await stream(replica, viewer);
    await server.post('/v1/api-keys', customer.token, { name: 'Key' }).expect(201);
    await rename();
    await seen.received(1);
    expect(seen.types).toEqual(['business.updated']);
  });

  it('begins anew, and says so, where the log does not go back so far', async () => {
    await rename(3);
    const last = await lastSequence();
    await server.database.query('DELETE FROM events WHERE business_id = $1 AND sequence <= 3', [
      customer.business.id,
    ]);
    for (const id of [1, last + 7]) {
      const seen = await stream(server, customer, id);
      await seen.received(1);
      expect(seen.messages).toEqual([{ id: last, event: 'reset', data: { sequence: last } }]);
    }
    const ahead = await stream(server, customer, last + 7, '?follow=false');
    await ahead.ended();
    expect([ahead.response.status, ahead.types]).toEqual([200, ['reset']]);
    const whole = await stream(server, customer, 0, '?follow=false');
    await whole.ended();
    expect(whole.ids).toEqual(numbers(4, last));
  });

  it('ends when it has caught up, where that is asked for', async () => {
    const seen = await stream(server, customer, 0, '?follow=false');
    await seen.ended();
    expect(seen.ids).toEqual(numbers(1, await lastSequence()));
    const nothing = await stream(server, customer, undefined, '?follow=false');
    await nothing.ended();
    expect(nothing.messages).toEqual([]);
  });

  it.each(['-1', 'x', '1.5', '1'.repeat(16)])('refuses Last-Event-ID %s', async (id) => {
    expect((await stream(server, customer, id)).response.status).toBe(422);
  });

  it('is one of twenty of a person', async () => {
    const opened = [];
    for (let number = 1; number <= 20; number += 1) opened.push(await stream(server, customer));
    const refused = await stream(server, customer);
    expect(refused.response.status).toBe(429);
    expect(await refused.response.json()).toMatchObject({ code: 'too_many_streams' });
    opened[0]!.close();
    await opened[0]!.ended();
  });
});

describe('a stream on another process ends', () => {
  it('with its session', async () => {
    const { session } = await logIn(server, customer.email);
    const seen = await stream(replica, session);
    await server.post('/v1/auth/logout', session.token).expect(204);
    await seen.ended();
  });

  it('with the membership, and with a change of the role', async () => {
    const viewer = await addMember(server, customer, 'viewer');
    const member = await addMember(server, customer, 'member');
    const seen = [await stream(replica, viewer), await stream(replica, member)];
    await server.delete(`/v1/team-members/${viewer.id}`, customer.token).expect(204);
    await server
      .patch(`/v1/team-members/${member.id}`, customer.token, { role: 'admin' })
      .expect(200);
    for (const each of seen) await each.ended();
  });

  it('with the demand of a second factor that the person does not have', async () => {
    await Authenticator.enrol(server, customer.token);
    const member = await addMember(server, customer, 'admin');
    const seen = await stream(replica, member);
    const own = await stream(replica, customer);
    const demand = { requireSecondFactor: true };
    await server.patch('/v1/business', customer.token, demand).expect(200);
    await seen.ended();
    await rename();
    await own.received(2);
    expect(own.hasEnded).toBe(false);
  });

  it('with the business', async () => {
    const seen = await stream(replica, customer);
    await server
      .post(`/v1/staff/businesses/${customer.business.id}/deactivate`, staff.token)
      .expect(200);
    await seen.ended();
  });

  it('with support access', async () => {
    const { token } = await openSupport(server, staff, customer);
    const seen = await stream(replica, { token });
    await rename();
    await seen.received(1);
    await server.patch('/v1/business', customer.token, { supportAccess: false }).expect(200);
    await seen.ended();
  });

  it('with the process, which does not wait for it', async () => {
    const third = await another();
    const seen = await stream(third, customer);
    expect(seen.response.headers.get('connection')).toBe('close'); // kept alive, it would be waited for
    await third.stop();
    await seen.ended();
    expect(seen.hasEnded).toBe(true);
  });
});

describe('many streams over several processes', () => {
  it('have no gap and no double, also when one process ends', async () => {
    const last = await lastSequence();
    const third = await another();
    const seen = await Promise.all(
      [server, replica, third].flatMap((at) => [1, 2, 3].map(() => stream(at, customer))),
    );
    await rename(3);
    await third.stop();
    await rename(3);
    for (const first of seen) {
      const rest = first.hasEnded
        ? await stream(replica, customer, first.ids.at(-1) ?? last)
        : null;
      if (rest) await rest.received(6 - first.ids.length);
      else await first.received(6);
      expect([...first.ids, ...(rest?.ids ?? [])]).toEqual(numbers(last + 1, last + 6));
    }
  });
});
