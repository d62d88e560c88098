import { RequestContext } from '../../src/common/request-context';
import { OneTimeKeysRepository } from '../../src/modules/identity/one-time-keys.repository';
import { Database } from '../../src/platform/database/database';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { TestApplication } from '../support/test-application';

const NEW_PASSWORD = 'another battery staple';

// These three check something first that their own effect changes: a retry must not be refused by what it did itself.
describe('a retry with the same Idempotency-Key', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    customer = await signUp(server);
  });

  it('of a change of password gets the first answer again', async () => {
    const change = () =>
      server
        .post('/v1/me/password', customer.token, {
          currentPassword: PASSWORD,
          newPassword: NEW_PASSWORD,
        })
        .set('idempotency-key', 'change-1');
    expect((await change()).status).toBe(204);
    const again = await change();
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([204, 'true']);
  });

  it('of a reset gets the first answer again', async () => {
    const token = await resetKeyOf(customer.email);
    const reset = () =>
      server
        .post('/v1/auth/password/reset', undefined, { token, password: NEW_PASSWORD })
        .set('idempotency-key', 'reset-1');
    expect((await reset()).status).toBe(204);
    const again = await reset();
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([204, 'true']);
  });

  /** The key that the mail would hold. */
  async function resetKeyOf(email: string): Promise<string> {
    const keys = server.app.get(OneTimeKeysRepository);
    return server.app.get(Database).platform(RequestContext.job('test'), 'a test', async (tx) => {
      const [user] = await tx.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
        email,
      ]);
      const id = await keys.issue(tx, user!.id, 'password_reset');
      return (await keys.findForMail(tx, id, 'password_reset'))!.key;
    });
  }
});
