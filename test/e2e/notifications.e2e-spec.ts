import { newId } from '../../src/common/ids';
import { signUp, type Customer } from '../support/customers';
import { addMember, type AddedMember } from '../support/members';
import { listNotifications } from '../support/notifications';
import { expectFaults, expectProblem } from '../support/problems';
import { addStaff, openSupport } from '../support/staff';
import { TestApplication } from '../support/test-application';

/* What people are told of: GET and PATCH /v1/notifications, read-all. */

let server: TestApplication;
let customer: Customer;
let admin: AddedMember;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  admin = await addMember(server, customer, 'admin');
});

async function rename(times = 1): Promise<void> {
  for (let number = 1; number <= times; number += 1)
    await server.patch('/v1/business', customer.token, { name: `Shop ${number}` }).expect(200);
}

const makeKey = ({ token }: { token: string }) =>
  server.post('/v1/api-keys', token, { name: 'Key' }).expect(201);

const mark = (ids: string[], read: boolean, { token } = admin) =>
  server.patch('/v1/notifications', token, { ids, read });

const readAll = (body: object = {}, { token } = admin) =>
  server.post('/v1/notifications/read-all', token, body);

async function unreadOf({ token }: { token: string }): Promise<number[]> {
  const { data } = await listNotifications(server, token, '?limit=100&unread=true');
  return data.map(({ sequence }) => sequence);
}

describe('notifications', () => {
  it('are what others did since one has joined, newest first, with who did it', async () => {
    await rename();
    await makeKey(admin);
    const { data, unreadCount } = await listNotifications(server, admin.token);
    expect(data).toMatchObject([
      { type: 'business.updated', data: { changed: ['name'] }, read: false },
    ]);
    expect(data[0]).toMatchObject({ actorName: 'Ada Lovelace' });
    expect(unreadCount).toBe(1);
    const ofOwner = await listNotifications(server, customer.token);
    expect(ofOwner.data.map(({ type }) => type)).toEqual(['api_key.created']);
    expect(ofOwner.data[0]).toMatchObject({ actorName: 'Grace Hopper' });
  });

  it('are nothing to a founder', async () => {
    expect(await listNotifications(server, customer.token)).toEqual({
      ...{ data: [], nextCursor: null, unreadCount: 0 },
    });
  });

  it('come in pages', async () => {
    await rename(5);
    const first = await listNotifications(server, admin.token, '?limit=3');
    const query = `?limit=3&cursor=${first.nextCursor}`;
    const second = await listNotifications(server, admin.token, query);
    const sequences = [...first.data, ...second.data].map(({ sequence }) => sequence);
    expect(sequences).toHaveLength(5);
    expect(sequences).toEqual([...sequences].sort((one, other) => other - one));
    expect(second).toMatchObject({ nextCursor: null, unreadCount: 5 });
    const forged = await server.get('/v1/notifications?cursor=x', admin.token);
    expectProblem(forged, 422, 'validation_failed');
  });

  it('are of the types that the role may read, from the moment it changes', async () => {
    await makeKey(customer);
    const viewer = await addMember(server, customer, 'viewer');
    await makeKey(customer);
    await rename();
    const typesOf = async ({ token }: AddedMember) =>
      (await listNotifications(server, token)).data.map(({ type }) => type);
    expect(await typesOf(viewer)).toEqual(['business.updated']);
    const path = `/v1/team-members/${viewer.id}`;
    await server.patch(path, customer.token, { role: 'admin' }).expect(200);
    expect(await typesOf(viewer)).toEqual([
      ...['member.role_changed', 'business.updated', 'api_key.created'], // not the one before it joined
    ]);
  });

  it('are of one business', async () => {
    const other = await signUp(server);
    const stranger = await addMember(server, other, 'admin');
    await rename();
    const { id } = (await listNotifications(server, admin.token)).data[0]!;
    expect((await listNotifications(server, stranger.token)).data).toEqual([]);
    const theirs = await mark([id], true, stranger).set('x-request-id', 'same');
    const missing = await mark([newId()], true, stranger).set('x-request-id', 'same');
    expectProblem(theirs, 404, 'notification_not_found');
    expect(theirs.text).toBe(missing.text);
  });

  it('are gone with the events, and with the membership', async () => {
    await rename(2);
    const [newest] = (await listNotifications(server, admin.token)).data;
    await mark([newest!.id], true).expect(200);
    await server.database.query('DELETE FROM events WHERE business_id = $1 AND sequence < $2', [
      customer.business.id,
      newest!.sequence,
    ]);
    expect((await listNotifications(server, admin.token)).data).toHaveLength(1);
    await server.delete(`/v1/team-members/${admin.id}`, customer.token).expect(204);
    expect((await server.get('/v1/notifications', admin.token)).status).toBe(401);
    for (const table of ['notification_cursors', 'notification_marks'])
      expect(
        await server.database.query(`SELECT FROM ${table} WHERE member_id = $1`, [admin.id]),
      ).toEqual([]);
  });

  it('are not for support sessions', async () => {
    const { token } = await openSupport(server, await addStaff(server), customer);
    for (const path of ['/v1/notifications', '/v1/notification-preferences'])
      expectProblem(await server.get(path, token), 403, 'support_forbidden');
  });
});

describe('reading', () => {
  it('marks some, and takes it back', async () => {
    await rename(3);
    const { data } = await listNotifications(server, admin.token);
    const [newest, middle, oldest] = data.map(({ sequence }) => sequence);
    const ids = data.map(({ id }) => id);
    expect((await mark([ids[0]!, ids[2]!], true)).body).toEqual({ unreadCount: 1 });
    expect(await unreadOf(admin)).toEqual([middle]);
    await readAll().expect(200);
    expect((await mark([ids[2]!], false)).body).toEqual({ unreadCount: 1 });
    await rename();
    expect(await unreadOf(admin)).toEqual([newest! + 1, oldest]);
    expect((await readAll()).body).toEqual({ unreadCount: 0 });
    expect(await unreadOf(admin)).toEqual([]);
  });

  it('is each person’s own', async () => {
    const other = await addMember(server, customer, 'admin');
    await rename();
    await readAll().expect(200);
    expect(await unreadOf(admin)).toEqual([]);
    expect(await unreadOf(other)).toHaveLength(1);
  });

  it('marks all of one list or none', async () => {
    await rename();
    const { id } = (await listNotifications(server, admin.token)).data[0]!;
    expectProblem(await mark([id, newId()], true), 404, 'notification_not_found');
    expect(await unreadOf(admin)).toHaveLength(1);
    expect((await mark([id, id.toUpperCase()], true)).body).toEqual({ unreadCount: 0 });
  });

  it('goes up to what was seen', async () => {
    await rename(3);
    const [newest, seen] = (await listNotifications(server, admin.token)).data;
    const answer = await readAll({ through: seen!.sequence });
    expect(answer.body).toEqual({ unreadCount: 1 });
    expect(await unreadOf(admin)).toEqual([newest!.sequence]);
    await readAll({ through: 0 }).expect(200);
    expect(await unreadOf(admin)).toEqual([newest!.sequence]); // what is read stays so
    await readAll({ through: 10 ** 9 }).expect(200);
    await rename();
    expect(await unreadOf(admin)).toHaveLength(1); // what comes later is not read
  });

  it('counts up to a hundred', async () => {
    await server.database.query(
      `INSERT INTO events (business_id, sequence, id, type, created_at, data, is_notice)
       SELECT $1, 1000 + number, uuid_v7(), 'business.updated', now() + interval '1 hour', '{"changed": []}', true
       FROM generate_series(1, 150) AS number`,
      [customer.business.id],
    );
    expect((await listNotifications(server, admin.token)).unreadCount).toBe(100);
  });

  it('at once with events neither loses one nor reads one that was not there', async () => {
    await rename(2);
    await Promise.all([rename(3), readAll(), readAll(), makeKey(admin)]);
    const unread = await unreadOf(admin);
    const { data, unreadCount } = await listNotifications(server, admin.token);
    expect(data).toHaveLength(5);
    expect(unreadCount).toBe(unread.length);
    const newestFirst = data.map(({ sequence }) => sequence);
    expect(unread).toEqual(newestFirst.slice(0, unread.length)); // read is a beginning of the log
    expect(newestFirst.slice(3).some((sequence) => unread.includes(sequence))).toBe(false);
  });

  it('at once with marks and the removal of the member answers all', async () => {
    await rename(3);
    const { data } = await listNotifications(server, admin.token);
    const remove = server.delete(`/v1/team-members/${admin.id}`, customer.token);
    const answers = await Promise.all([
      ...data.map(({ id }) => mark([id], true)),
      remove,
      readAll(),
      ...data.map(({ id }) => mark([id], false)),
    ]);
    for (const { status } of answers) expect([200, 204, 401, 403]).toContain(status);
  });
});

describe('bad input', () => {
  const ids = [newId()];
  it.each<[string, object, string[]]>([
    ['nothing', {}, ['/ids', '/read']],
    ['no ids', { ids: [], read: true }, ['/ids']],
    ['what is no id', { ids: ['x'], read: true }, ['/ids']],
    ['too many', { ids: Array.from({ length: 101 }, () => newId()), read: true }, ['/ids']],
    ['no flag', { ids, read: 'yes' }, ['/read']],
    ['an unknown field', { ids, read: true, more: 1 }, ['/more']],
  ])('of PATCH is refused: %s', async (_, body, pointers) => {
    expectFaults(await server.patch('/v1/notifications', admin.token, body), ...pointers);
  });

  it.each([{ through: -1 }, { through: '1' }, { through: 1.5 }, { until: 1 }])(
    'of read-all is refused: %j',
    async (body) => {
      expectProblem(await readAll(body), 422, 'validation_failed');
    },
  );

  it('of the list is refused', async () => {
    const answer = await server.get('/v1/notifications?unread=maybe', admin.token);
    expectProblem(answer, 422, 'validation_failed');
  });
});
