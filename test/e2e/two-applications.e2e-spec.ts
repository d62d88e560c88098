import passport from 'passport';
import { signUp, type Customer } from '../support/customers';
import { TestApplication } from '../support/test-application';

/** Passport has one registry a process: the strategy of the application that was made last serves both. */
describe('two servers in one process', () => {
  let servers: [TestApplication, TestApplication];
  let customers: [Customer, Customer];
  beforeAll(async () => {
    servers = [await TestApplication.start(), await TestApplication.start()];
    customers = [await signUp(servers[0]), await signUp(servers[1])];
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function answersOf(place: 0 | 1, of: 0 | 1): Promise<number[]> {
    const { token, key } = customers[of];
    const answers = [
      servers[place].get('/v1/me', token),
      servers[place].get('/v1/entitlements', key),
    ];
    return (await Promise.all(answers)).map(({ status }) => status);
  }

  it('do not answer for each other, also at once', async () => {
    const rounds = Array.from({ length: 20 }, async () => [
      await Promise.all([answersOf(0, 0), answersOf(1, 1)]),
      await Promise.all([answersOf(0, 1), answersOf(1, 0)]),
    ]);
    for (const [own, foreign] of await Promise.all(rounds)) {
      expect(own).toEqual([
        [200, 200],
        [200, 200],
      ]);
      expect(foreign).toEqual([
        [401, 401],
        [401, 401],
      ]);
    }
  });

  it('share a strategy that keeps nothing of a request', () => {
    const { _strategies } = passport as unknown as { _strategies: Record<string, object> };
    const kept = Object.keys(_strategies.bearer!);
    expect(kept).toContain('_verify');
    expect(kept.filter((name) => /success|fail|error|user|credentials/.test(name))).toEqual([]);
  });

  it('go on when the one that was made last has ended', async () => {
    await servers[1].stop();
    expect(await answersOf(0, 0)).toEqual([200, 200]);
    servers[1] = await TestApplication.start();
    customers[1] = await signUp(servers[1]);
    expect(await answersOf(0, 0)).toEqual([200, 200]);
  });
});
