import type { Response } from 'supertest';
import { createToken, hashToken } from '../../src/common/token';
import { newId } from '../../src/common/ids';
import type { MeResponse } from '../../src/modules/accounts/dto/account.responses';
import type {
  ApiKeyResponse,
  CreatedApiKeyResponse,
} from '../../src/modules/api-keys/dto/api-key.responses';
import { createApplication } from '../product/support/applications';
import { aRecording, PASSWORD, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { keyIn, MailServer } from '../support/mail-server';
import { addMember, logIn, type AddedMember } from '../support/members';
import { addStaff, openSupport, type StaffMember } from '../support/staff';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* Who asks is known without a query, on two servers over one database; and what is changed on one counts on both. */

const ONE_DAY_MS = 86_400_000;
const ME = '/v1/me';
const STATUS = '/v1/sdk/status';
const LOOK_UP = /token_hash = \$1/;

let mailServer: MailServer;
let here: TestApplication;
let elsewhere: TestApplication;
let staff: StaffMember;
let customer: Customer;
let member: AddedMember;
beforeAll(async () => {
  mailServer = await MailServer.start();
  here = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
  elsewhere = await TestApplication.start({}, here.database);
  staff = await addStaff(here);
});
afterAll(async () => {
  await elsewhere.app.close();
  await here.stop();
  await mailServer.close();
});
beforeEach(async () => {
  customer = await signUp(here);
  member = await addMember(here, customer, 'viewer');
});
afterEach(() => jest.restoreAllMocks());

/** Whether a request with this token looks it up in the database. */
async function looksUp(server: TestApplication, token: string): Promise<boolean> {
  const { work } = await statementsOf(() => server.get(pathFor(token), token));
  return work.some((text) => LOOK_UP.test(text));
}

/** Once is not enough to ask: a process that stood still for a second may have missed a change, and looks up again. */
async function untilKnown(token: string, servers = [here, elsewhere]): Promise<void> {
  for (const server of servers)
    await until('a token is known without a query', async () => !(await looksUp(server, token)));
}

function pathFor(token: string): string {
  return token.startsWith('tnk_') ? STATUS : ME;
}

describe('once it is known', () => {
  it('GET /v1/me asks the database nothing, and answers the same', async () => {
    const first = await here.get(ME, member.token);
    await untilKnown(member.token);
    for (const server of [here, elsewhere])
      await until('the answer needs no query', async () => {
        const { work } = await statementsOf(async () => {
          const again = await server.get(ME, member.token);
          expect([again.status, again.body]).toEqual([200, first.body]);
        });
        return work.length === 0;
      });
  });

  it('an API key is not looked up', () => untilKnown(customer.key));

  it('a token opens no more than before', async () => {
    await untilKnown(customer.key);
    await untilKnown(member.token);
    expect((await here.get(ME, customer.key)).status).toBe(403);
    expect((await here.get(STATUS, member.token)).status).toBe(403);
    expect((await here.post('/v1/api-keys', member.token, { name: 'x' })).status).toBe(403);
  });

  it('sessions of staff and of support are looked up all the same', async () => {
    await untilKnown(member.token, [here]); // so that what can be kept is kept
    const support = await openSupport(here, staff, customer);
    const requests = [
      () => here.get('/v1/staff/businesses', staff.token),
      () => here.get(ME, support.token),
    ];
    for (const request of [...requests, ...requests]) {
      const { work } = await statementsOf(request);
      expect(work.some((text) => LOOK_UP.test(text))).toBe(true);
    }
  });
});

describe('a token that is not good', () => {
  it.each([
    ['unknown', () => createToken('session'), 1],
    ['malformed', () => `${createToken('session').slice(0, -1)}_`, 0],
  ])('and %s is not kept: it costs the same each time', async (_, make, lookUps) => {
    await untilKnown(member.token, [here]); // so that what can be kept is kept
    const token = make();
    const { work } = await statementsOf(async () => {
      for (let tries = 0; tries < 3; tries += 1)
        expect((await here.get(ME, token)).status).toBe(401);
    });
    expect(work.filter((text) => LOOK_UP.test(text))).toHaveLength(3 * lookUps);
  });
});

/** What is done, with which token it shows, and what is seen afterwards. */
interface Change {
  token: string;
  act: () => PromiseLike<Response>;
  see: (answer: Response) => unknown;
  after: unknown;
}

const statusOf = (answer: Response): unknown => answer.status;
const meOf = (answer: Response): MeResponse => answer.body as MeResponse;
const refusing = (token: string, act: Change['act']): Change => ({
  ...{ token, act, see: statusOf, after: 401 },
});

async function keyOf({ token }: Customer): Promise<ApiKeyResponse> {
  const response = await here.get('/v1/api-keys', token);
  return (response.body as { data: ApiKeyResponse[] }).data[0]!;
}

async function resetKeyOf(email: string): Promise<string> {
  await here.post('/v1/auth/password/forgot', undefined, { email });
  return keyIn(await mailServer.mailTo(email, 'new password'));
}

const CHANGES: [what: string, change: () => Change | Promise<Change>][] = [
  [
    'a revoked key',
    async () => {
      const { id } = await keyOf(customer);
      return refusing(customer.key, () => here.delete(`/v1/api-keys/${id}`, customer.token));
    },
  ],
  [
    'a rotated key',
    async () => {
      const path = `/v1/api-keys/${(await keyOf(customer)).id}/rotate`;
      const rotate = () => here.post(path, customer.token, { overlapSeconds: 0 });
      return refusing(customer.key, rotate);
    },
  ],
  [
    'a key whose application is deleted',
    async () => {
      const { id } = await createApplication(here, customer);
      const body = { name: 'Bound', applicationId: id };
      const made = await here.post('/v1/api-keys', customer.token, body);
      const { key } = made.body as CreatedApiKeyResponse;
      return refusing(key, () => here.delete(`/v1/applications/${id}`, customer.token));
    },
  ],
  ['a logout', () => refusing(member.token, () => here.post('/v1/auth/logout', member.token))],
  [
    'a session that is ended from another',
    async () => {
      const { session } = await logIn(here, member.email);
      const sessions = await here.get('/v1/me/sessions', session.token);
      const { data } = sessions.body as { data: { id: string; current: boolean }[] };
      const { id } = data.find(({ current }) => !current)!;
      return refusing(member.token, () => here.delete(`/v1/me/sessions/${id}`, session.token));
    },
  ],
  [
    'a password that is changed in another session',
    async () => {
      const { session } = await logIn(here, member.email);
      const body = { currentPassword: PASSWORD, newPassword: 'a new and better passphrase' };
      return refusing(member.token, () => here.post('/v1/me/password', session.token, body));
    },
  ],
  [
    'a password that is reset',
    async () => {
      const token = await resetKeyOf(member.email);
      const body = { token, password: 'a new and better passphrase' };
      return refusing(member.token, () => here.post('/v1/auth/password/reset', undefined, body));
    },
  ],
  [
    'a member who is deactivated',
    () =>
      refusing(member.token, () =>
        here.post(`/v1/team-members/${member.id}/deactivate`, customer.token),
      ),
  ],
  [
    'a member who is removed',
    () =>
      refusing(member.token, () => here.delete(`/v1/team-members/${member.id}`, customer.token)),
  ],
  [
    'another role',
    () => ({
      token: member.token,
      act: () => here.patch(`/v1/team-members/${member.id}`, customer.token, { role: 'admin' }),
      see: (answer) => [
        meOf(answer).member?.role,
        meOf(answer).permissions.includes('api_keys:write'),
      ],
      after: ['admin', true],
    }),
  ],
  [
    'another name of the business',
    () => ({
      token: member.token,
      act: () => here.patch('/v1/business', customer.token, { name: 'Acme & Sons' }),
      see: (answer) => meOf(answer).business?.name,
      after: 'Acme & Sons',
    }),
  ],
  [
    'another name of the person',
    () => ({
      token: member.token,
      act: () => here.patch(ME, member.token, { fullName: 'Grace Murray Hopper' }),
      see: (answer) => meOf(answer).user?.fullName,
      after: 'Grace Murray Hopper',
    }),
  ],
  ...[ME, STATUS].map((path): [string, () => Change] => [
    `a business that is deactivated, at ${path}`,
    () => ({
      token: path === ME ? customer.token : customer.key,
      act: () => here.post(`/v1/staff/businesses/${customer.business.id}/deactivate`, staff.token),
      see: statusOf,
      after: 403,
    }),
  ]),
];

describe('what changes a credential', () => {
  /** By what is heard there; that nothing counts after a silent second is shown with the listener. */
  async function untilSeenElsewhere(change: Change): Promise<void> {
    await until('the change is seen', async () => {
      const seen = change.see(await elsewhere.get(pathFor(change.token), change.token));
      return JSON.stringify(seen) === JSON.stringify(change.after);
    });
  }

  it.each(CHANGES)(
    '%s: counts at once where it was done, and everywhere within a second',
    async (_, make) => {
      const change = await make();
      const path = pathFor(change.token);
      await untilKnown(change.token);
      expect(change.see(await here.get(path, change.token))).not.toEqual(change.after);
      const { status, text } = await change.act();
      expect([Math.floor(status / 100), text]).toEqual([2, text]);
      expect(change.see(await here.get(path, change.token))).toEqual(change.after);
      await untilSeenElsewhere(change);
    },
  );

  it('of one business leaves the others known', async () => {
    const stranger = await signUp(here);
    await until('neither server looks the other up again', async () => {
      await untilKnown(stranger.token);
      await here.patch('/v1/business', customer.token, { name: newId() });
      return !(await looksUp(here, stranger.token)) && !(await looksUp(elsewhere, stranger.token));
    });
  });

  it('past the servers, in the scopes and the binding of a key: is heard by both', async () => {
    const { id } = await createApplication(here, customer);
    await untilKnown(customer.key);
    await here.database.query('UPDATE api_keys SET bound_to = $2 WHERE business_id = $1', [
      customer.business.id,
      id,
    ]);
    for (const server of [here, elsewhere])
      await until('the binding is seen', async () => {
        const answer = await server.post('/v1/recordings', customer.key, aRecording());
        return (answer.body as { applicationId: string }).applicationId === id;
      });
    await untilKnown(customer.key);
    await here.database.query(
      `UPDATE api_keys SET scopes = '{recordings:write}' WHERE business_id = $1`,
      [customer.business.id],
    );
    for (const server of [here, elsewhere])
      await until('the scopes are seen', async () => {
        return (await server.get(STATUS, customer.key)).status === 403;
      });
  });

  it('past the servers, in the database: is heard by both', async () => {
    await untilKnown(member.token);
    await here.database.query(`UPDATE members SET role = 'admin' WHERE id = $1`, [member.id]);
    for (const server of [here, elsewhere])
      await until('the role is seen', async () => {
        const answer = await server.get(ME, member.token);
        return meOf(answer).member?.role === 'admin';
      });
  });
});

describe('the end of its time, which is not announced', () => {
  /** The moment of the server's clock. */
  async function now(): Promise<number> {
    const [row] = await here.database.query<{ now: Date }>('SELECT now()');
    return here.clock.at(row!.now).getTime();
  }

  async function makeKey(expiresAt: Date): Promise<string> {
    const body = { name: newId(), expiresAt: expiresAt.toISOString() };
    const response = await here.post('/v1/api-keys', customer.token, body);
    return (response.body as CreatedApiKeyResponse).key;
  }

  it('ends a key that is known, to the millisecond', async () => {
    const expiresAt = Math.floor(await now()) + ONE_DAY_MS;
    const key = await makeKey(new Date(expiresAt));
    for (const server of [here, elsewhere]) {
      freezeClockAt(server, expiresAt - 1);
      await untilKnown(key, [server]);
      expect((await server.get(STATUS, key)).status).toBe(200);
      freezeClockAt(server, expiresAt);
      expect((await server.get(STATUS, key)).status).toBe(401);
    }
  });

  it('ends a rotated key that is known when its overlap is over', async () => {
    const path = `/v1/api-keys/${(await keyOf(customer)).id}/rotate`;
    const rotated = await here.post(path, customer.token, { overlapSeconds: 5 });
    expect(rotated.status).toBe(201);
    const [row] = await here.database.query<{ expires_at: Date }>(
      'SELECT expires_at FROM api_keys WHERE business_id = $1 AND expires_at IS NOT NULL',
      [customer.business.id],
    );
    const endsAt = row!.expires_at.getTime();
    for (const server of [here, elsewhere]) {
      freezeClockAt(server, endsAt - 1);
      await untilKnown(customer.key, [server]);
      freezeClockAt(server, endsAt);
      expect((await server.get(STATUS, customer.key)).status).toBe(401);
    }
  });

  it('ends a session that is known after its longest life', async () => {
    const { session } = await logIn(here, member.email);
    const [row] = await here.database.query<{ ends: Date }>(
      `UPDATE sessions SET last_used_at = created_at + interval '719 hours' WHERE token_hash = $1
       RETURNING created_at + interval '720 hours' AS ends`,
      [hashToken(session.token)],
    );
    freezeClockAt(here, row!.ends.getTime() - 1);
    await untilKnown(session.token, [here]);
    freezeClockAt(here, row!.ends);
    expect((await here.get(ME, session.token)).status).toBe(401);
  });
});
