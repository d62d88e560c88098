import { signUp } from '../support/customers';
import { TestApplication } from '../support/test-application';

describe('signup', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  it('gives a business, its owner, a subscription, a session and a key', async () => {
    const customer = await signUp(server);
    const me = await server.get('/v1/me', customer.token);
    expect(me.status).toBe(200);
  });
});
