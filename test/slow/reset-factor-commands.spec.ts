import { signUp } from '../support/customers';
import { CommandHost, type Outcome } from '../support/command-line';
import { beginLogin, Authenticator } from '../support/second-factors';
import { addStaff, logInAsStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';

/* The built commands, as an operator runs them. `npm test` builds first. */

let host: CommandHost;
let server: TestApplication;
beforeAll(async () => {
  host = new CommandHost();
  server = await TestApplication.start();
});
afterAll(async () => {
  await host.stop();
  await server.stop();
});

function run(...parameters: string[]): Promise<Outcome> {
  return host.run({ parameters, environment: { DATABASE_URL: server.database.url } });
}

describe('members:reset-factor', () => {
  it('says when the factor goes, and leaves it until then', async () => {
    const { email, token } = await signUp(server);
    await Authenticator.enrol(server, token);
    const { code, stdout } = await run('members:reset-factor', '--email', email, '--json');
    expect(code).toBe(0);
    const { effectiveAt } = JSON.parse(stdout) as { effectiveAt: string };
    expect((await server.get('/v1/me/mfa', token)).body).toMatchObject({ resetAt: effectiveAt });
    expect(await beginLogin(server, email)).toEqual(expect.any(String));
    const inWords = await run('members:reset-factor', '--email', email);
    expect(inWords.stdout).toContain(`The second factor of ${email} is removed at`);
  });

  it('refuses a person without one, and an unknown address', async () => {
    const { email } = await signUp(server);
    for (const each of [email, 'unknown@example.com']) {
      const outcome = await run('members:reset-factor', '--email', each);
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr).toMatch(/^error: /);
    }
  });
});

describe('staff:reset-factor', () => {
  it('removes it at once, with the sessions', async () => {
    const staff = await addStaff(server);
    await Authenticator.enrol(server, staff.token, '/v1/staff');
    const { code, stdout } = await run('staff:reset-factor', '--email', staff.email);
    expect([code, stdout]).toEqual([0, expect.stringContaining(staff.email)]);
    expect((await server.get('/v1/staff/me', staff.token)).status).toBe(401);
    expect((await logInAsStaff(server, staff.email)).session.token).toMatch(/^tnf_/);
    const again = await run('staff:reset-factor', '--email', staff.email);
    expect(again).toMatchObject({ code: 1, stdout: '' });
  });
});
