import { PASSWORD, signUp } from '../support/customers';
import { keyIn, MailServer } from '../support/mail-server';
import { storeRecording } from '../product/support/recordings';
import { ServerProcess } from '../support/server-process';
import { newEmail } from '../support/signups';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* What a server that logs everything writes while people and SDKs send it every kind of secret, rightly and wrongly. */

const NEW_PASSWORD = 'another horse, another battery';
const WRONG_PASSWORD = 'certainly not the password';

describe('the log', () => {
  let database: TestDatabase;
  let mailServer: MailServer;
  let server: ServerProcess;
  let log = '';
  beforeAll(async () => {
    database = await createTestDatabase();
    mailServer = await MailServer.start();
    server = await ServerProcess.start({
      ...{ ROLES: 'web,worker', LOG_LEVEL: 'trace' },
      ...{ DATABASE_URL: database.url, SMTP_URL: mailServer.url },
    });
    for (const stream of [server.child.stdout, server.child.stderr])
      stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  });
  afterAll(async () => {
    await server.stop();
    await mailServer.close();
    await database.drop();
  });

  it('holds no password, token or key, neither of what succeeds nor of what fails', async () => {
    const { email, token, key } = await signUp(server);
    await storeRecording(server, { key });
    const invited = newEmail('guest');
    await server.post('/v1/invitations', token, { email: invited, role: 'viewer' });
    const activationKey = keyIn(await mailServer.mailTo(invited));
    await server.get(`/v1/invitations/lookup?activationKey=${activationKey}`);
    await server.get(`/v1/invitations/lookup?activationKey=${activationKey}&wrong=1`);
    await server.post('/v1/auth/login', undefined, { email, password: WRONG_PASSWORD });
    await server.post('/v1/auth/login', undefined, { email, password: { PASSWORD } });
    await server.post('/v1/auth/password/forgot', undefined, { email });
    const resetKey = keyIn(await mailServer.mailTo(email, 'password'));
    const reset = { token: resetKey, password: NEW_PASSWORD };
    const answer = await server.post('/v1/auth/password/reset', undefined, reset);
    expect(answer.status).toBe(204);
    await server.post('/v1/auth/password/reset', undefined, reset);
    await server.get(`/v1/me?access_token=${token}`, `${token}x`);
    await server.stop();

    expect(log).toContain('GET /v1/me');
    const secrets = { token, key, activationKey, resetKey, PASSWORD, NEW_PASSWORD, WRONG_PASSWORD };
    const found = Object.entries(secrets).filter(([, secret]) => log.includes(secret));
    expect(found.map(([name]) => name)).toEqual([]);
  });
});
