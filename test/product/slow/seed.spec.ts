import { RequestContext } from '../../../src/common/request-context';
import { seedWorld, WorldExists, type InTransaction } from '../../../src/product/seed/seed-world';
import { SEEDED_TABLES } from '../../../src/product/seed/rows/rows';
import { PasswordHasher } from '../../../src/modules/identity/password-hasher';
import { UsageReadsService } from '../../../src/modules/usage/usage-reads.service';
import {
  boundary,
  type BillingInterval,
} from '../../../src/modules/subscriptions/decisions/periods';
import { RenewalService } from '../../../src/modules/subscriptions/renewal/renewal.service';
import { SUBSCRIPTION_STATUSES } from '../../../src/modules/subscriptions/subscription.entity';
import { Database } from '../../../src/platform/database/database';
import { dumpCatalog } from '../../support/architecture/catalog';
import { refusalOf, withConnection } from '../../support/connection';
import { logIn } from '../../support/members';
import { TestApplication } from '../../support/test-application';

/* What `seed:demo` writes, in the database: a world that the application itself could have come to. */

const PASSWORD = 'correct horse battery staple';
const ACTION = 'seed.demo';
const CHECK_VIOLATION = '23514';
const SMALL = { seed: 7, businesses: 400, recordings: 16_000 };
const LARGE = { seed: 8, businesses: 2_500, recordings: 0 }; // three batches

let server: TestApplication;
let other: TestApplication;
let passwordHash: string;

beforeAll(async () => {
  [server, other] = await Promise.all([TestApplication.start(), TestApplication.start()]);
  passwordHash = await server.app.get(PasswordHasher).hash(PASSWORD);
});
afterAll(() => Promise.all([server.stop(), other.stop()]));

function seed(
  target: TestApplication,
  options: typeof SMALL,
  through: (inTransaction: InTransaction) => InTransaction = (inTransaction) => inTransaction,
) {
  const inTransaction: InTransaction = (work) =>
    target.app.get(Database).platform(RequestContext.job(ACTION), 'a test', work);
  return seedWorld(through(inTransaction), { ...options, passwordHash }, () => undefined);
}

/** All rows of a world, in order, as one hash; the audit rows of the batches have the time of the run. */
async function fingerprint({ database }: TestApplication): Promise<string[]> {
  const hashes = SEEDED_TABLES.map(async (table) => {
    const sql = `SELECT md5(string_agg(line, ';' ORDER BY line)) AS hash FROM (SELECT ${table}::text AS line FROM ${table}) AS lines`;
    const [row] = await database.query<{ hash: string | null }>(sql);
    return `${table} ${row?.hash}`;
  });
  return Promise.all(hashes);
}

async function verify({ app }: TestApplication): Promise<unknown[]> {
  const job = RequestContext.job('usage.verify');
  return (await app.get(UsageReadsService).verifyAll(job, () => undefined)).unequal;
}

describe('a small world', () => {
  let today: string;
  beforeAll(async () => {
    ({ today } = await seed(server, SMALL));
  });

  it('is the same in another database', async () => {
    await seed(other, SMALL);
    const world = await fingerprint(server);
    expect(world.filter((line) => line.endsWith(' null'))).toEqual([]);
    expect(world).toEqual(await fingerprint(other));
  });

  it('has subscriptions in all statuses, and some that are about to change', async () => {
    const [row] = await server.database.query<Record<string, unknown>>(`
      SELECT array_agg(DISTINCT status) AS statuses, count(DISTINCT plan_id)::integer AS plans,
             bool_or(status = 'active' AND cancel_at_period_end) AS leaving,
             bool_or(status = 'active' AND NOT auto_renew) AS ending, bool_or(scheduled_plan_id IS NOT NULL) AS moving,
             bool_or(cycle = -1 AND period_ordinal = 0) AS trying
      FROM subscriptions`);
    const { statuses, ...rest } = row!;
    expect([...(statuses as string[])].sort()).toEqual([...SUBSCRIPTION_STATUSES].sort());
    expect(rest).toEqual({ plans: 4, leaving: true, ending: true, moving: true, trying: true });
  });

  it('has credits that are spent, expired and void', async () => {
    const [row] = await server.database.query(
      `SELECT bool_or(spent > 0) AS spent, bool_or(expires_at < $1 AND spent = 0) AS expired,
              bool_or(voided_at IS NOT NULL) AS void
       FROM credits`,
      [today],
    );
    expect(row).toEqual({ spent: true, expired: true, void: true });
  });

  it('has counters that equal their rows', async () => {
    expect(await verify(server)).toEqual([]);
  });

  it('has days that add up to its recordings, none of them later than the day', async () => {
    const wrong = await server.database.query(
      `SELECT business_id FROM recordings GROUP BY business_id HAVING count(*) IS DISTINCT FROM
         (SELECT sum(used) FROM usage_days WHERE usage_days.business_id = recordings.business_id AND day <= $1)`,
      [today],
    );
    expect(wrong).toEqual([]);
  });

  it('has periods that follow each other, up to the one that is running', async () => {
    const torn = await server.database.query(`
      SELECT business_id FROM (
        SELECT business_id, subscription_id, ordinal, start_time, end_time FROM subscription_periods
        UNION ALL
        SELECT business_id, id, period_ordinal, period_start, period_end FROM subscriptions WHERE ended_at IS NULL
      ) AS period
      GROUP BY business_id, subscription_id
      HAVING range_agg(tstzrange(start_time, end_time)) <> tstzmultirange(tstzrange(min(start_time), max(end_time)))
          OR sum(end_time - start_time) <> max(end_time) - min(start_time)
          OR max(ordinal) - min(ordinal) + 1 <> count(*)`);
    expect(torn).toEqual([]);
  });

  it('has running periods that are counted from their anchors', async () => {
    const running = await server.database.query<
      BillingInterval & { anchor: Date; cycle: number; start: Date; end: Date }
    >(`
      SELECT anchor, cycle, period_start AS start, period_end AS end, interval_unit AS unit, interval_count AS count
      FROM subscriptions AS subscription
      JOIN plan_versions AS terms ON terms.plan_id = subscription.plan_id AND terms.version = subscription.plan_version
      WHERE ended_at IS NULL AND cycle >= 0`);
    expect(running.length).toBeGreaterThan(300);
    for (const { anchor, cycle, start, end, ...interval } of running)
      expect([start, end]).toEqual([
        boundary(anchor, interval, cycle),
        boundary(anchor, interval, cycle + 1),
      ]);
  });

  it('lets its owners log in, and shows them their history', async () => {
    const [owner] = await server.database.query<{ email: string }>(`
      SELECT email FROM users JOIN members ON user_id = users.id JOIN subscriptions USING (business_id)
      WHERE role = 'owner' AND subscriptions.status = 'paused' LIMIT 1`);
    const { session } = await logIn(server, owner!.email, { password: PASSWORD });
    const answer = await server.get('/v1/subscription/history', session.token).expect(200);
    const { data } = answer.body as { data: { action: string }[] };
    expect(data.map(({ action }) => action)).toEqual(['subscription.pause', 'business.sign_up']);
  });

  it('is one row of the audit log a batch, and none of its subscriptions is without history', async () => {
    const audited = await server.database.query(
      `SELECT target_type, target_id, changes -> 'businesses' AS businesses FROM audit_log WHERE action = $1`,
      [ACTION],
    );
    expect(audited).toEqual([{ target_type: 'world', target_id: 'seed 7', businesses: [0, 400] }]);
    const untold = await server.database.query(`
      SELECT id FROM subscriptions AS subscription WHERE status IS DISTINCT FROM (
        SELECT status FROM subscription_events AS event WHERE event.subscription_id = subscription.id
        ORDER BY at DESC LIMIT 1)`);
    expect(untold).toEqual([]);
  });

  it('is not made twice, nor in other sizes', async () => {
    await expect(seed(server, SMALL)).rejects.toThrow(WorldExists);
    const larger = seed(server, { ...SMALL, businesses: 500 });
    await expect(larger).rejects.toMatchObject({ begun: { businesses: 400, recordings: 16_000 } });
    expect(await server.database.query('SELECT id FROM businesses')).toHaveLength(400);
  });

  it('is renewed, now and weeks later, and still counts right', async () => {
    const renewal = other.app.get(RenewalService);
    const job = RequestContext.job('subscription.renew');
    other.clock.moveBy(3_600_000); // it may be midnight
    const first = await renewal.renewAll(job);
    expect(first.renewed).toBeGreaterThan(0);
    expect(first.renewed).toBeLessThan(100);
    other.clock.moveBy(40 * 86_400_000);
    const later = await renewal.renewAll(job);
    for (const outcome of ['renewed', 'moved', 'expired', 'canceled'] as const)
      expect([outcome, later[outcome] > 0]).toEqual([outcome, true]);
    expect(later.behind).toBe(0);
    expect(await renewal.countDue(job)).toBe(0);
    expect(await verify(other)).toEqual([]);
  });
});

describe('a world of several batches', () => {
  it('resumes where it was interrupted, and ends the same as in one run', async () => {
    const [whole, broken] = await Promise.all([TestApplication.start(), TestApplication.start()]);
    await seed(whole, LARGE);
    await expect(seed(broken, LARGE, breakDownAfter(2))).rejects.toThrow('power cut');
    const left = await broken.database.query('SELECT id FROM businesses');
    expect(left.length % 1_000).toBe(0);
    expect(left.length).toBeLessThan(2_500);
    const { report, batchesKept } = await seed(broken, LARGE);
    expect([report.businesses, batchesKept]).toEqual([2_500, left.length / 1_000]);
    expect(await fingerprint(broken)).toEqual(await fingerprint(whole));
    await Promise.all([whole.stop(), broken.stop()]);
  });

  /** The transactions after so many fail at their end. */
  function breakDownAfter(transactions: number): (inTransaction: InTransaction) => InTransaction {
    let begun = 0;
    return (inTransaction) => (work) => {
      const isLost = ++begun > transactions;
      return inTransaction(async (tx) => {
        const result = await work(tx);
        if (isLost) throw new Error('power cut');
        return result;
      });
    };
  }

  it('is made once by two at a time', async () => {
    const application = await TestApplication.start();
    const ends = await Promise.allSettled([seed(application, LARGE), seed(application, LARGE)]);
    const failures = ends.flatMap((end) =>
      end.status === 'rejected' ? [end.reason as Error] : [],
    );
    for (const failure of failures) expect(failure).toBeInstanceOf(WorldExists);
    expect(failures.length).toBeLessThan(2);
    const [row] = await application.database.query('SELECT count(*)::integer FROM businesses');
    expect(row).toEqual({ count: 2_500 });
    await application.stop();
  });
});

describe('seeding in bulk', () => {
  it('leaves all constraints and triggers of the database as they were', async () => {
    const [fresh, seeded] = [await TestApplication.start(), server];
    expect(await dumpCatalog(seeded.database)).toEqual(await dumpCatalog(fresh.database));
    await fresh.stop();
  });

  it('has its constraints checked, and refuses a transition that there is not', async () => {
    const sql = `UPDATE subscriptions SET status = 'trialing' WHERE status = 'expired'`;
    const refusal = await withConnection(
      server.database.url,
      { scope: 'platform' },
      async (client) => {
        await client.query(`SELECT set_config('app.action', '${ACTION}', false)`);
        return refusalOf(client, sql, []);
      },
    );
    expect(refusal).toBe(CHECK_VIOLATION);
  });

  it('is the only action that is not audited row by row', async () => {
    const insert = `
      INSERT INTO applications (business_id, id, name, created_at)
      SELECT id, gen_random_uuid(), 'New', now() FROM businesses LIMIT 1 RETURNING id`;
    const audited = async (action: string): Promise<number> => {
      const { rows } = await withConnection(
        server.database.url,
        { scope: 'platform' },
        async (client) => {
          await client.query(`SELECT set_config('app.action', $1, false)`, [action]);
          return client.query<{ id: string }>(insert);
        },
      );
      const found = 'SELECT id FROM audit_log WHERE target_id = $1';
      return (await server.database.query(found, [rows[0]!.id])).length;
    };
    expect([await audited('application.create'), await audited(ACTION)]).toEqual([1, 0]);
  });
});
