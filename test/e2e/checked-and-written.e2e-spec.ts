import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { LockHolder } from '../support/lock-holder';
import { addMember, joinBusiness, logIn, logInWithoutBusiness } from '../support/members';
import { issueKey } from '../support/one-time-keys';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { addStaff, askForSupport } from '../support/staff';
import { TestApplication } from '../support/test-application';

/* What a request has checked still holds when it writes: two that meet, in either order, at a lock that another holds. */

const VICTIMS = 'the choice of the victim';
const ATTACKERS = 'the choice of the attacker';

describe('what was checked still holds when it is written', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    customer = await signUp(server);
  });

  type Request = () => PromiseLike<Response>;

  /** Both have checked what they check outside their transactions; then they write in this order. */
  const inOrder = (lock: string, of: string, first: Request, second: Request) =>
    holdingLocks(server.database, `${lock} FOR UPDATE`, [of], async (untilWaited) => {
      const earlier = Promise.resolve(first());
      await untilWaited(1);
      const later = Promise.resolve(second());
      await untilWaited(2);
      return [earlier, later] as const;
    }).then((answers) => Promise.all(answers));
  const atPerson = (email: string, first: Request, second: Request) =>
    inOrder('SELECT FROM users WHERE email = $1', email, first, second);
  const atMember = (id: string, first: Request, second: Request) =>
    inOrder('SELECT FROM members WHERE id = $1', id, first, second);

  const login = (email: string, password: string) =>
    server.post('/v1/auth/login', undefined, { email, password });
  const change =
    (token: string, newPassword = VICTIMS): Request =>
    () =>
      server.post('/v1/me/password', token, { currentPassword: PASSWORD, newPassword });
  const reset =
    (token: string): Request =>
    () =>
      server.post('/v1/auth/password/reset', undefined, { token, password: VICTIMS });
  const statuses = (answers: readonly Response[]): number[] => answers.map(({ status }) => status);
  const tokenIn = ({ body }: Response): string => (body as SwitchResponse).session.token;
  const expectDead = async (token: string): Promise<void> => {
    expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
  };
  const expectVictimsPassword = async (): Promise<void> => {
    expect((await login(customer.email, ATTACKERS)).status).toBe(401);
    expect((await login(customer.email, VICTIMS)).status).toBe(200);
  };

  describe('a change of password', () => {
    it('that meets a reset is refused, or the reset comes after it and wins', async () => {
      const key = await issueKey(server, customer.email, 'password_reset');
      const answers = await atPerson(customer.email, reset(key), change(customer.token, ATTACKERS));
      expect(statuses(answers)).toEqual([204, 403]);
      expectProblem(answers[1], 403, 'wrong_password');
      await expectVictimsPassword();
    });

    it('that is written just before a reset ends its link', async () => {
      const key = await issueKey(server, customer.email, 'password_reset');
      expect((await change(customer.token)()).status).toBe(204);
      expectProblem(await reset(key)(), 410, 'reset_token_invalid');
    });

    it('is made by one of many that know the current password', async () => {
      const { token, email } = customer;
      const answers = await holdingLocks(
        server.database,
        'SELECT FROM users WHERE email = $1 FOR UPDATE',
        [email],
        async (untilWaited) => {
          const changes = race(8, (index) =>
            Promise.resolve(change(token, `password number ${index}`)()),
          );
          await untilWaited(8);
          return { changes };
        },
      );
      const changed = await answers.changes;
      expect(tally(changed)).toEqual({ 204: 1, 403: 7 });
      const winner = changed.findIndex(({ status }) => status === 204);
      expect((await login(email, `password number ${winner}`)).status).toBe(200);
    });

    it('of fourteen at once is made by one', async () => {
      const changed = await race(14, (index) =>
        Promise.resolve(change(customer.token, `password number ${index}`)()),
      );
      expect(tally(changed)).toEqual({ 204: 1, 403: 13 });
    });

    const OPENINGS: [string, (token: string) => Request][] = [
      [
        'switching',
        (token) => () => server.post('/v1/me/switch', token, { businessId: customer.business.id }),
      ],
      ['founding', (token) => () => server.post('/v1/businesses', token, { name: 'Another' })],
    ];

    it.each(OPENINGS)('ends the session that is opened by %s meanwhile', async (_, open) => {
      const thief = (await logIn(server, customer.email)).session.token;
      const [opened, changed] = await atPerson(customer.email, open(thief), change(customer.token));
      expect([opened.status < 300, changed.status]).toEqual([true, 204]);
      await expectDead(tokenIn(opened));
    });

    it.each(OPENINGS)('leaves no session to open by %s afterwards', async (_, open) => {
      const thief = (await logIn(server, customer.email)).session.token;
      const answers = await atPerson(customer.email, change(customer.token), open(thief));
      expect(statuses(answers)).toEqual([204, 401]);
      expectProblem(answers[1], 401, 'unauthenticated');
    });

    it('leaves none to found by for a person without a business', async () => {
      const { email, token } = await logInWithoutBusiness(server);
      const thief = (await logIn(server, email)).session.token;
      const found = () => server.post('/v1/businesses', thief, { name: 'Another' });
      expect(statuses(await atPerson(email, change(token), found))).toEqual([204, 401]);
    });

    it('by a session that a reset has ended is refused', async () => {
      const key = await issueKey(server, customer.email, 'password_reset');
      expect((await reset(key)()).status).toBe(204);
      expectProblem(await change(customer.token, ATTACKERS)(), 401, 'unauthenticated');
    });
  });

  describe('a login', () => {
    const right: Request = () => login(customer.email, PASSWORD);

    it('with the old password is refused behind a reset, and its session ends before one', async () => {
      const key = await issueKey(server, customer.email, 'password_reset');
      expect(statuses(await atPerson(customer.email, reset(key), right))).toEqual([204, 401]);
    });

    it('without a business is refused behind a reset', async () => {
      const { email } = await logInWithoutBusiness(server);
      const key = await issueKey(server, email, 'password_reset');
      const answers = await atPerson(email, reset(key), () => login(email, PASSWORD));
      expect(statuses(answers)).toEqual([204, 401]);
    });

    it('without a business ends with a reset that comes after it', async () => {
      const { email } = await logInWithoutBusiness(server);
      const key = await issueKey(server, email, 'password_reset');
      const [opened, changed] = await atPerson(email, () => login(email, PASSWORD), reset(key));
      expect([opened.status, changed.status]).toEqual([200, 204]);
      await expectDead(tokenIn(opened));
    });

    it('is refused behind a deactivation, and ended by one that comes after it', async () => {
      const { id, email } = await addMember(server, customer, 'member');
      const deactivate = () => server.post(`/v1/team-members/${id}/deactivate`, customer.token);
      const activate = () => server.post(`/v1/team-members/${id}/activate`, customer.token);
      const entering = () => login(email, PASSWORD);
      expect(statuses(await atMember(id, deactivate, entering))).toEqual([200, 401]);
      expect((await activate()).status).toBe(200);
      const [opened, deactivated] = await atMember(id, entering, deactivate);
      expect([opened.status, deactivated.status]).toEqual([200, 200]);
      await expectDead(tokenIn(opened));
    });
  });

  describe('a switch', () => {
    it('is refused behind a deactivation there', async () => {
      const host = await signUp(server);
      const [{ id: userId }] = (await server.database.query<{ id: string }>(
        'SELECT id FROM users WHERE email = $1',
        [customer.email],
      )) as [{ id: string }];
      const { id: businessId } = host.business;
      const id = await joinBusiness(server.database, userId, businessId, 'viewer');
      const deactivate = () => server.post(`/v1/team-members/${id}/deactivate`, host.token);
      const enter = () => server.post('/v1/me/switch', customer.token, { businessId });
      const answers = await atMember(id, deactivate, enter);
      expect(statuses(answers)).toEqual([200, 404]);
      expectProblem(answers[1], 404, 'business_not_found');
    });
  });

  describe('an admin who is made a viewer', () => {
    const ACTS: [string, (token: string) => Promise<Request>][] = [
      [
        'invites no person',
        (token) =>
          Promise.resolve(() =>
            server.post('/v1/invitations', token, { email: 'x@example.com', role: 'admin' }),
          ),
      ],
      [
        'makes no API key',
        (token) => Promise.resolve(() => server.post('/v1/api-keys', token, { name: 'Mine' })),
      ],
      [
        'rotates no API key',
        async (token) => {
          const made = await server.post('/v1/api-keys', token, { name: 'Theirs' });
          const { id } = made.body as { id: string };
          return () => server.post(`/v1/api-keys/${id}/rotate`, token, { overlapSeconds: 0 });
        },
      ],
      [
        'mails no link again',
        async (token) => {
          const invitation = { email: 'y@example.com', role: 'admin' };
          const made = await server.post('/v1/invitations', token, invitation);
          const { id } = made.body as { id: string };
          return () => server.post(`/v1/invitations/${id}/resend`, token);
        },
      ],
    ];

    it.each(ACTS)('%s meanwhile', async (_, prepare) => {
      const { id, token } = await addMember(server, customer, 'admin');
      const act = await prepare(token);
      const demote = () =>
        server.patch(`/v1/team-members/${id}`, customer.token, { role: 'viewer' });
      const answers = await atMember(id, demote, act);
      expect(statuses(answers)).toEqual([200, 403]);
      expectProblem(answers[1], 403, 'permission_denied');
    });
  });

  describe('a support session that is being opened', () => {
    const ENDS: [string, (staff: { email: string; token: string }) => Promise<unknown>][] = [
      [
        'the staff session',
        async ({ token }) =>
          expect((await server.post('/v1/staff/auth/logout', token)).status).toBe(204),
      ],
      [
        'the staff account',
        ({ email }) =>
          server.app.get(StaffService).disable(RequestContext.job('staff.disable'), email),
      ],
    ];

    it.each(ENDS)('ends with %s, and the tenant sees that it has', async (_, end) => {
      const staff = await addStaff(server);
      const held = await LockHolder.ofInserts(
        server.database,
        'support_sessions',
        customer.business.id,
      );
      const opening = askForSupport(server, staff, customer);
      await held.untilReached();
      const ending = end(staff);
      await held.untilOthersWait();
      await held.release();
      await ending;
      const opened = await opening;
      expect(opened.status).toBe(201);
      await expectDead((opened.body as { token: string }).token);
      const listed = await server.get('/v1/support-sessions', customer.token);
      const [session] = (listed.body as { data: { endedAt: string | null }[] }).data;
      expect(session?.endedAt).not.toBeNull();
    });
  });
});
