import { RequestContext } from '../../src/common/request-context';
import { StaffService } from '../../src/modules/staff/staff.service';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';

const LIMIT = 10;
const STAFF_LIMIT = 5;

describe('guessing the password of staff', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start({ rateLimitFailures: LIMIT });
  });
  afterAll(() => server.stop());

  it('is stopped after half as many failures as that of tenants, in any letter case', async () => {
    const { email } = await addStaff(server);
    await server.database.query('DELETE FROM guesses'); // no network is known
    const statuses: number[] = [];
    for (let count = 0; count < LIMIT; count += 1) {
      const spelling = count % 2 === 0 ? email : email.toUpperCase();
      statuses.push((await logIn(spelling, 'a wrong passphrase')).status);
    }
    const refused = Array<number>(STAFF_LIMIT).fill(401);
    const stopped = Array<number>(LIMIT - STAFF_LIMIT).fill(429);
    expect(statuses).toEqual([...refused, ...stopped]);
    const answer = await logIn(email, STAFF_PASSWORD);
    expectProblem(answer, 429, 'rate_limited');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('ends with staff:unlock, which leaves the password as it is', async () => {
    const { email } = await addStaff(server);
    await server.database.query('DELETE FROM guesses'); // no network is known
    for (let count = 0; count < STAFF_LIMIT; count += 1) await logIn(email, 'a wrong passphrase');
    expectProblem(await logIn(email, STAFF_PASSWORD), 429, 'rate_limited');
    const accounts = server.app.get(StaffService);
    await accounts.unlock(RequestContext.job('staff.unlock'), email.toUpperCase());
    expect((await logIn(email, STAFF_PASSWORD)).status).toBe(200);
    const unlockingUnknown = accounts.unlock(RequestContext.job('staff.unlock'), newEmail());
    await expect(unlockingUnknown).rejects.toMatchObject({ code: 'staff_account_not_found' });
  });

  const logIn = (email: string, password: string) =>
    server.post('/v1/staff/auth/login', undefined, { email, password });
});
