// Renewal beside that of another commit, each on its own database, in turn in one run; here one business in ten has used
// three features. `npm run bench -- renewal-against [--against a39af02] [--subscriptions 50000] [--rounds 3]`
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { withClient } = require('./support/bench-database');
const { buildOf } = require('./support/other-build');
const { spread } = require('./support/statistics');

const BEFORE_FEATURES = 'a39af02';
const SEEDED = 'bench_seeded';
const MEASURED = 'bench_measured';

async function run({ against = BEFORE_FEATURES, subscriptions = '50000', rounds = '3' } = {}) {
  const count = Number(subscriptions);
  const other = path.join(path.dirname(buildOf(against)), '..', '..');
  const sides = {
    before: new Side(other, count),
    now: new Side(path.join(__dirname, '..'), count),
  };
  try {
    for (const side of Object.values(sides)) await side.seed();
    await withClient(sides.now.url, addFeatures);
    const taken = { before: [], now: [] };
    for (let round = 0; round < Number(rounds); round += 1)
      for (const name of round % 2 ? ['now', 'before'] : ['before', 'now']) {
        taken[name].push(await sides[name].renew());
        process.stderr.write(`  ${name}: ${taken[name].at(-1).toFixed(1)} s\n`);
      }
    const seconds = { before: spread(taken.before), now: spread(taken.now) };
    const ratio = Number((seconds.now.minimum / seconds.before.minimum).toFixed(3));
    return { against, subscriptions: count, seconds, ratioOfFastest: ratio };
  } finally {
    for (const side of Object.values(sides)) await side.stop();
  }
}

/** A checkout with its own bench, which knows its tables. */
class Side {
  constructor(root, count) {
    Object.assign(this, { root, count });
  }

  async seed() {
    const { startDatabases } = this.support('bench-database');
    this.directory = mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
    this.databases = await startDatabases();
    this.url = await this.databases.create(SEEDED);
    await this.support('due-subscriptions').seedDueSubscriptions(
      this.url,
      this.count,
      () => undefined,
    );
  }

  /** @returns seconds */
  async renew() {
    const url = await this.databases.clone(SEEDED, MEASURED);
    const renewer = await this.support('renewer-process').startRenewer(url, this.directory);
    const { milliseconds } = await renewer.run(() => undefined);
    await this.support('due-subscriptions').assertRenewedOnce(url, this.count);
    return milliseconds / 1000;
  }

  support(name) {
    return require(path.join(this.root, 'bench', 'support', `${name}.js`));
  }

  async stop() {
    await this.databases?.stop();
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
  }
}

async function addFeatures(client) {
  await client.query(
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
     SELECT id, id, 'metered', 'period', 'team', false, now() FROM unnest(ARRAY['calls', 'exports']) AS id`,
  );
  await client.query(
    `INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
     SELECT business_id, id, subscription_id, period_ordinal, used, 0
     FROM (SELECT *, row_number() OVER (ORDER BY business_id) AS number FROM usage_counters WHERE feature = 'recordings') AS counter,
          unnest(ARRAY['calls', 'exports']) AS id
     WHERE number % 10 = 0`,
  );
  await client.query('VACUUM ANALYZE usage_counters');
}

module.exports = { run };
