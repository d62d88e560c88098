import type { Response } from 'supertest';
import { hashToken, tokenKind } from '../../src/common/token';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { PASSWORD, signUp } from '../support/customers';
import { countRows, dumpDatabase, dumpHolds } from '../support/database-dump';
import { expectFaults, expectProblem } from '../support/problems';
import { aSignup, newEmail } from '../support/signups';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';

const TABLES = ['businesses', 'users', 'members', 'subscriptions', 'usage_counters', 'api_keys'];
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const A_BUSINESS = { status: 'active', supportAccess: true, requireSecondFactor: false };
const NOTHING_RECORDED = { used: 0, limit: 100, remaining: 100, credits: 0, overLimit: false };
const ONE_DAY_MS = 86_400_000;

/** 72 bytes, where bcrypt by itself stops. */
const LONG = 'a sentence that goes on and on and on, '.repeat(2).slice(0, 72);

describe('signup', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  const post = (body: object): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/signup', undefined, body));
  const count = () => countRows(server.database, ...TABLES, 'sessions');
  const logInWith = async (email: unknown, password: string): Promise<number> => {
    const { status } = await server.post('/v1/auth/login', undefined, { email, password });
    return status;
  };

  describe('what it gives', () => {
    it('answers with the business, its owner, the subscription, a session and a key', async () => {
      const email = newEmail();
      const response = await post(aSignup({ email, businessName: 'Acme', fullName: 'Ada' }));
      const body = response.body as SignupResponse;
      const id = expect.stringMatching(ID) as string;
      const instant = expect.stringMatching(INSTANT) as string;
      expect(response.status).toBe(201);
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(body).toEqual({
        business: { ...A_BUSINESS, id, name: 'Acme', createdAt: instant },
        member: {
          id,
          kind: 'person',
          role: 'owner',
          status: 'active',
          email,
          fullName: 'Ada',
          joinedAt: instant,
        },
        subscription: expect.objectContaining({
          id,
          status: 'active',
          plan: expect.objectContaining({ slug: 'free', default: true }) as object,
          autoRenew: true,
          usage: {
            recordings: { ...NOTHING_RECORDED, resetsAt: instant },
            applications: { used: 0, limit: 1, remaining: 1 },
            seats: { used: 1, limit: 3, remaining: 2 },
          },
        }) as object,
        session: {
          token: expect.stringMatching(/^tns_[0-9A-Za-z]{46}$/) as string,
          expiresAt: instant,
        },
        apiKey: { id, key: expect.stringMatching(/^tnk_[0-9A-Za-z]{46}$/) as string },
      });
    });

    it('gives a session of 30 days and a key that both work at once', async () => {
      const customer = await signUp(server);
      expect(tokenKind(customer.token)).toBe('session');
      expect(tokenKind(customer.key)).toBe('api_key');
      expect(Date.parse(customer.session.expiresAt) - Date.parse(customer.business.createdAt)).toBe(
        30 * ONE_DAY_MS,
      );
      const me = await server.get('/v1/me', customer.token);
      const status = await server.get('/v1/sdk/status', customer.key);
      expect([me.status, status.status]).toEqual([200, 200]);
    });

    it('puts three members in the database: the owner, the bot of the keys and the seat of support', async () => {
      const { business, member, apiKey } = await signUp(server);
      const members = await server.database.query(
        `SELECT kind, role, status, user_id IS NOT NULL AS person, id = $2 AS "isOwner",
                EXISTS (SELECT FROM api_keys WHERE id = $3 AND member_id = members.id) AS "holdsKey"
         FROM members WHERE business_id = $1 ORDER BY kind`,
        [business.id, member.id, apiKey.id],
      );
      const bot = { role: null, status: 'active', person: false, isOwner: false };
      expect(members).toEqual([
        {
          kind: 'person',
          role: 'owner',
          status: 'active',
          person: true,
          isOwner: true,
          holdsKey: false,
        },
        { ...bot, kind: 'sdk', holdsKey: true },
        { ...bot, kind: 'support', holdsKey: false },
      ]);
    });

    it('makes one row of each thing and leaves the address unverified', async () => {
      const before = await count();
      const { token } = await signUp(server);
      const after = await count();
      const added = Object.fromEntries(
        Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)]),
      );
      const once = { businesses: 1, users: 1, subscriptions: 1, usage_counters: 1, api_keys: 1 };
      expect(added).toEqual({ ...once, members: 3, sessions: 1 });
      const me = await server.get('/v1/me', token);
      expect(me.body).toMatchObject({ user: { emailVerified: false }, support: null });
    });

    it('takes names as they are, with white space around them', async () => {
      const response = await post(aSignup({ businessName: ' Acme  Ltd ', fullName: '\tAda 😀 ' }));
      expect(response.body).toMatchObject({
        business: { name: ' Acme  Ltd ' },
        member: { fullName: '\tAda 😀 ' },
      });
    });
  });

  describe('one transaction', () => {
    it('leaves nothing behind when the e-mail address is taken', async () => {
      const { email } = await signUp(server);
      const before = await count();
      expectProblem(await post(aSignup({ email })), 409, 'email_taken');
      expect(await count()).toEqual(before);
    });

    it('leaves nothing behind when its last statement fails', async () => {
      await refuseInserts('sessions');
      const before = await count();
      const email = newEmail();
      expectProblem(await post(aSignup({ email })), 500, 'internal_error');
      expect(await count()).toEqual(before);
      await allowInserts('sessions');
      expect((await post(aSignup({ email }))).status).toBe(201);
    });

    it('lets one of twenty racers with one address win', async () => {
      const email = newEmail();
      const before = await count();
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(aSignup({ email }))));
      const won = answers.filter(({ status }) => status === 201);
      const lost = answers.filter(({ status }) => status !== 201);
      expect(won).toHaveLength(1);
      expect(lost).toHaveLength(19);
      for (const answer of lost) expectProblem(answer, 409, 'email_taken');
      const after = await count();
      expect(after.users! - before.users!).toBe(1);
      expect(after.businesses! - before.businesses!).toBe(1);
    });

    async function refuseInserts(table: string): Promise<void> {
      await server.database.query(
        `CREATE FUNCTION refuse_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$`,
      );
      await server.database.query(
        `CREATE TRIGGER refuse_insert BEFORE INSERT ON ${table} EXECUTE FUNCTION refuse_insert()`,
      );
    }

    async function allowInserts(table: string): Promise<void> {
      await server.database.query(`DROP TRIGGER refuse_insert ON ${table}`);
      await server.database.query('DROP FUNCTION refuse_insert');
    }
  });

  describe('e-mail addresses', () => {
    it('are trimmed and otherwise shown as they were typed', async () => {
      const email = newEmail('Ada.Lovelace+Test');
      const response = await post(aSignup({ email: ` \t${email}\n ` }));
      expect(response.body).toMatchObject({ member: { email } });
      expect(await logInWith(email, PASSWORD)).toBe(200);
    });

    it('are the same person in any ASCII letter case', async () => {
      const email = newEmail('mixedcase');
      expect((await post(aSignup({ email: email.toUpperCase() }))).status).toBe(201);
      expectProblem(await post(aSignup({ email })), 409, 'email_taken');
      expect(await logInWith(email, PASSWORD)).toBe(200);
    });

    const lookAlikes: [string, string, string][] = [
      ['the KELVIN SIGN and k', '\u212Aarl', 'karl'],
      ['a dotless i and i', 'w\u0131lma', 'wilma'],
      ['a capital I with a dot and i', '\u0130ngrid', 'ingrid'],
      ['a small and a capital letter beyond ASCII', '\u00E4nne', '\u00C4nne'],
    ];
    it.each(lookAlikes)('keep %s apart', async (_, one, other) => {
      const domain = newEmail().split('@')[0];
      const first = await post(
        aSignup({ email: `${one}@${domain}.com`, password: 'first password' }),
      );
      const second = await post(
        aSignup({ email: `${other}@${domain}.com`, password: 'second password' }),
      );
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(await logInWith(`${one}@${domain}.com`, 'second password')).toBe(401);
      expect(await logInWith(`${other}@${domain}.com`, 'second password')).toBe(200);
    });

    it('have at most 254 characters', async () => {
      const local = newEmail().split('@')[0]!;
      const ofLength = (length: number): string => {
        const rest = length - `${local}@.com`.length;
        const labels = `${'a'.repeat(63)}.`.repeat(3);
        return `${local}@${labels}${'b'.repeat(rest - labels.length)}.com`;
      };
      expect((await post(aSignup({ email: ofLength(254) }))).status).toBe(201);
      expectFaults(await post(aSignup({ email: ofLength(255) })), '/email');
    });
  });

  describe('passwords', () => {
    const accepted: [string, string][] = [
      ['10 characters', 'tenletters'],
      ['128 characters', 'long '.repeat(25) + 'abc'],
      ['10 characters outside the basic plane', '😀🎈🚀🌍🍀🦊🐙🎲🧩🪁'],
      ['128 characters outside the basic plane', '😀🎈🚀🌍🍀🦊🐙🎲'.repeat(16)],
      ['spaces around it', '  around and around  '],
    ];
    it.each(accepted)('may have %s', async (_, password) => {
      const email = newEmail();
      expect((await post(aSignup({ email, password }))).status).toBe(201);
      expect(await logInWith(email, password)).toBe(200);
    });

    const refused: [string, string][] = [
      ['9 characters', 'ninechars'],
      ['9 characters outside the basic plane, which are 18 UTF-16 units', '😀🎈🚀🌍🍀🦊🐙🎲🧩'],
      ['129 characters', 'x'.repeat(129)],
      ['129 characters outside the basic plane', '𝒜'.repeat(129)],
      ['NUL', 'before\u0000after it'],
      ['half of a surrogate pair', 'half \ud83d of a pair'],
    ];
    it.each(refused)('may not have %s', async (_, password) => {
      const body = JSON.stringify(aSignup({ password })); // keeps the half as an escape
      const response = await server
        .post('/v1/auth/signup')
        .set('content-type', 'application/json')
        .send(body);
      expectFaults(response, '/password');
    });

    it.each(['qwertyuiop', 'QwertyUiop', '1234567890', 'password123'])(
      'may not be %s, which is on the list of common ones',
      async (password) => {
        const before = await count();
        expectProblem(await post(aSignup({ password })), 422, 'password_too_weak');
        expect(await count()).toEqual(before);
      },
    );

    it('may not contain the local part of the address from 4 characters on, in any letter case', async () => {
      const domain = newEmail().split('@')[0];
      const attempt = (local: string) =>
        post(aSignup({ email: `${local}@${domain}.com`, password: 'my WINTERgarden 1815' }));
      expectProblem(await attempt('wint'), 422, 'password_too_weak');
      expectProblem(await attempt('Wintergarden'), 422, 'password_too_weak');
      expect((await attempt('win')).status).toBe(201);
      expect((await attempt('summer')).status).toBe(201);
    });

    const others: [string, string, string][] = [
      ['white space in front', ' exactly as typed', 'exactly as typed'],
      ['white space behind', 'exactly as typed ', 'exactly as typed'],
      ['the letter case', 'Exactly as typed', 'exactly as typed'],
      ['a character behind the 72nd byte', `${LONG}one`, `${LONG}two`],
      ['a longer tail behind the 72nd byte', LONG, `${LONG}y`],
    ];
    it.each(others)('are told apart by %s', async (_, password, other) => {
      const email = newEmail();
      expect((await post(aSignup({ email, password }))).status).toBe(201);
      expect(await logInWith(email, other)).toBe(401);
      expect(await logInWith(email, password)).toBe(200);
    });
  });

  describe('invalid requests', () => {
    const fields = ['businessName', 'fullName', 'email', 'password'];
    const wrong = [{}, [], null, 1234567890, true, { $ne: 'x' }, ['person@example.com'], undefined];

    it.each(fields)('refuse a %s of any other type, or without it', async (field) => {
      const before = await count();
      for (const value of wrong) {
        expectFaults(await post(aSignup({ [field]: value })), `/${field}`);
      }
      expect(await count()).toEqual(before);
    });

    it.each(['businessName', 'fullName'])(
      'refuse a %s of no or 101 characters, or of white space',
      async (field) => {
        for (const value of ['', ' \n\u00A0', '𝒜'.repeat(101), 'a\u0000b'])
          expectFaults(await post(aSignup({ [field]: value })), `/${field}`);
        expect((await post(aSignup({ [field]: '𝒜'.repeat(100) }))).status).toBe(201);
      },
    );

    it('point at every fault at once, and say which fields are missing', async () => {
      const faults = expectFaults(await post({}), ...fields.map((field) => `/${field}`));
      expect(faults.map(({ code }) => code)).toEqual([
        'required',
        'required',
        'required',
        'required',
      ]);
    });

    const unknown = [
      'id',
      'role',
      'planId',
      'business_name',
      'prototype',
      'hasOwnProperty',
      'toString',
      'a/b~c',
    ];
    it.each(unknown)('refuse the unknown field %s', async (field) => {
      const before = await count();
      const pointer = `/${field.replace('~', '~0').replace('/', '~1')}`;
      const [fault] = expectFaults(await post(aSignup({ [field]: 'x' })), pointer);
      expect(fault).toMatchObject({ code: 'unknown_field' });
      expect(await count()).toEqual(before);
    });

    it.each([[[]], ['text'], [7], [null], [true]])('refuse %j as the whole body', async (body) => {
      const response = await server
        .post('/v1/auth/signup')
        .set('content-type', 'application/json')
        .send(JSON.stringify(body));
      expectFaults(response, '');
    });
  });

  describe('secrets', () => {
    it('stand nowhere in the database: of tokens there are hashes, of answers ciphertext', async () => {
      const email = newEmail();
      const password = 'a password that is kept secret';
      const response = await server
        .post('/v1/auth/signup', undefined, aSignup({ email, password }))
        .set('idempotency-key', 'a key that is remembered');
      const { session, apiKey } = response.body as SignupResponse;
      const dump = await dumpDatabase(server.database);
      expect(response.status).toBe(201);
      expect(await countRows(server.database, 'idempotency_keys')).toEqual({ idempotency_keys: 1 });
      expect(dumpHolds(dump, email)).toBe(true); // the dump is a real one
      for (const token of [session.token, apiKey.key])
        expect(dump).toContain(hashToken(token).toString('hex'));
      const secrets = [session.token, apiKey.key, password].flatMap((secret) => [
        secret,
        secret.slice(4, -4),
      ]);
      expect(secrets.filter((secret) => dumpHolds(dump, secret))).toEqual([]);
    });

    it('stay out of the audit log, which names what was made', async () => {
      const requestId = 'signup-for-the-audit-log';
      await server.post('/v1/auth/signup', undefined, aSignup()).set('x-request-id', requestId);
      const rows = await server.database.query<{
        target: string;
        changes: Record<string, unknown>;
      }>('SELECT target_type AS target, changes FROM audit_log WHERE request_id = $1', [requestId]);
      const members = ['member', 'member', 'member'];
      const others = ['api_key', 'business', 'session', 'subscription', 'user'];
      expect(rows.map(({ target }) => target).sort()).toEqual([...others, ...members].sort());
      const hashes = rows.flatMap(({ changes }) => [changes.token_hash, changes.password_hash]);
      const masked = ['***', '***'];
      expect(hashes.filter((change) => change !== undefined)).toEqual([masked, masked, masked]);
    });
  });

  describe('statements', () => {
    it('are at most 14 for a signup, with the four of its events', async () => {
      const { work } = await statementsOf(() => signUp(server));
      expect(work.length).toBeGreaterThan(0);
      expect(work.length).toBeLessThanOrEqual(14);
    });

    it('are at most 2 for GET /v1/me', async () => {
      const { token } = await signUp(server);
      const { work } = await statementsOf(async () => {
        expect((await server.get('/v1/me', token)).status).toBe(200);
      });
      expect(work.length).toBeGreaterThan(0);
      expect(work.length).toBeLessThanOrEqual(2);
    });
  });
});
