import { Database } from '../../src/platform/database/database';
import { RequestContext } from '../../src/common/request-context';
import { PASSWORD, signUp } from '../support/customers';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';

const ROUNDS = 15;
const NEW_PASSWORD = 'another battery staple';

describe('a login', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  it('takes four statements, with the password checked between two transactions', async () => {
    const { email } = await signUp(server);
    const logIn = () => server.post('/v1/auth/login', undefined, { email, password: PASSWORD });
    await logIn(); // the first one in a minute asks for the largest cost of a stored password too
    const { all, work } = await statementsOf(logIn);
    expect(work).toHaveLength(4);
    expect(all.filter((text) => text.startsWith('BEGIN'))).toHaveLength(2);
  });

  it('that meets a change of password leaves no session of the old one', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { email, token } = await signUp(server);
      const [login, change] = await Promise.all([
        server.post('/v1/auth/login', undefined, { email, password: PASSWORD }),
        server.post('/v1/me/password', token, {
          currentPassword: PASSWORD,
          newPassword: NEW_PASSWORD,
        }),
      ]);
      expect(change.status).toBe(204);
      expect([200, 401]).toContain(login.status);
      if (login.status === 200) await expectDead(login.body as { session: { token: string } });
    }
  });

  it('that meets the removal of the member ends without a fault', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { email, member, business } = await signUp(server);
      const [login] = await Promise.all([
        server.post('/v1/auth/login', undefined, { email, password: PASSWORD }),
        remove(business.id, member.id),
      ]);
      expect([200, 401]).toContain(login.status);
      if (login.status === 200) await expectOutside(login.body as { session: { token: string } });
    }
  });

  /** Logged in before the removal, and ended with it; or after it, without a business. */
  async function expectOutside({ session }: { session: { token: string } }): Promise<void> {
    const me = await server.get('/v1/me', session.token);
    if (me.status === 200) expect(me.body).toMatchObject({ member: null, business: null });
    else expect(me.status).toBe(401);
  }

  async function expectDead({ session }: { session: { token: string } }): Promise<void> {
    expect((await server.get('/v1/me', session.token)).status).toBe(401);
  }

  /** Past the rule of the last owner, which is not what is raced here. */
  function remove(businessId: string, memberId: string): Promise<unknown> {
    return server.app
      .get(Database)
      .transaction(RequestContext.job('test', businessId), (tx) =>
        tx.execute('DELETE FROM members WHERE business_id = $1 AND id = $2', [
          businessId,
          memberId,
        ]),
      );
  }
});
