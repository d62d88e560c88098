import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hash } from 'bcrypt';
import { SecretBox } from '../../src/platform/config/secret-box';
import { PASSWORD, signUp } from '../support/customers';
import { addMember, logIn } from '../support/members';
import { issueKey } from '../support/one-time-keys';
import { expectProblem } from '../support/problems';
import { aSignup } from '../support/signups';
import { TestApplication } from '../support/test-application';

const COMPOSED = 'Am\u00e9lie Poulain, caf\u00e9';
const DECOMPOSED = 'Ame\u0301lie Poulain, cafe\u0301';

describe('new passwords', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  const attempt = (email: string, password: string) =>
    server.post('/v1/auth/login', undefined, { email, password });

  it.each([
    ['a repetition', '1212121212'],
    ['a sequence', 'qwertyuiop?!'],
    ['a common one with signs', 'Password123!'],
    ['the name of the product', 'tenantry-2026'],
    ['the name of the business', 'Initech-2026'],
    ['the name of the person', 'ada.lovelace.1'],
  ])('are refused at sign-up where they are %s', async (_, password) => {
    const signup = aSignup({ businessName: 'Initech', password });
    expectProblem(
      await server.post('/v1/auth/signup', undefined, signup),
      422,
      'password_too_weak',
    );
  });

  it('are held against the names of the person and of the businesses when they are changed and reset', async () => {
    const customer = await signUp(server, 'Initech');
    const { email, token } = await addMember(server, customer, 'member');
    const change = (newPassword: string) =>
      server.post('/v1/me/password', token, { currentPassword: PASSWORD, newPassword });
    const key = await issueKey(server, email, 'password_reset');
    const reset = (password: string) =>
      server.post('/v1/auth/password/reset', undefined, { token: key, password });
    for (const weak of ['Initech-2026', 'grace-hopper!']) {
      expectProblem(await change(weak), 422, 'password_too_weak');
      expectProblem(await reset(weak), 422, 'password_too_weak');
    }
    expect((await reset('a better one than that')).status).toBe(204);
  });

  it('are the same in composed and decomposed form', async () => {
    for (const [set, typed] of [
      [COMPOSED, DECOMPOSED],
      [DECOMPOSED, COMPOSED],
    ]) {
      const signup = aSignup({ password: set });
      expect((await server.post('/v1/auth/signup', undefined, signup)).status).toBe(201);
      await logIn(server, String(signup.email), { password: typed });
      await logIn(server, String(signup.email), { password: set });
    }
  });

  it('of before that work as they were typed, and are stored anew by a login', async () => {
    const { email } = await signUp(server);
    const pepper = server.app.get(SecretBox).deriveKey('password pepper');
    const peppered = createHmac('sha256', pepper).update(DECOMPOSED, 'utf8').digest('base64');
    await server.database.query('UPDATE users SET password_hash = $2 WHERE email = $1', [
      email,
      await hash(peppered, 4),
    ]);
    expectProblem(await attempt(email, COMPOSED), 401, 'invalid_credentials');
    await logIn(server, email, { password: DECOMPOSED });
    await logIn(server, email, { password: COMPOSED });
  });

  it('are refused where a breach has them, at sign-up', async () => {
    const api = createServer((_, response) =>
      response.end('AD6438836DBE526AA231ABDE2D0EEF74D42:3861493'),
    );
    await once(api.listen(0, '127.0.0.1'), 'listening');
    const { port } = api.address() as AddressInfo;
    const checked = await TestApplication.start({ breachCheckUrl: `http://127.0.0.1:${port}` });
    try {
      const breached = await checked.post('/v1/auth/signup', undefined, aSignup());
      const problem = expectProblem(breached, 422, 'password_too_weak');
      expect(problem.detail).toContain('breach');
      const other = aSignup({ password: 'another horse battery staple' });
      expect((await checked.post('/v1/auth/signup', undefined, other)).status).toBe(201);
    } finally {
      await checked.stop();
      api.closeAllConnections();
      api.close();
    }
  });
});
