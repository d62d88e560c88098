// Renewal beside that of another commit, each on its own database, in turn in one run. Against the version before
// features, one business in ten has used three of them here. Against a later one, a third side has a webhook endpoint for
// one business in ten. `npm run bench -- renewal-against [--against a39af02] [--subscriptions 50000] [--rounds 3]`
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
  const here = path.join(__dirname, '..');
  const isBeforeFeatures = against === BEFORE_FEATURES;
  const sides = {
    before: new Side(other, count),
    now: new Side(here, count),
    ...(!isBeforeFeatures && { listening: new Side(here, count) }),
  };
  const names = Object.keys(sides);
  try {
    for (const side of Object.values(sides)) await side.seed();
    if (isBeforeFeatures) await withClient(sides.now.url, addFeatures);
    else await withClient(sides.listening.url, addEndpoints);
    const taken = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < Number(rounds); round += 1)
      for (const name of round % 2 ? names.toReversed() : names) {
        taken[name].push(await sides[name].renew());
        process.stderr.write(`  ${name}: ${taken[name].at(-1).toFixed(1)} s\n`);
      }
    return { against, subscriptions: count, ...summaryOf(taken) };
  } finally {
    for (const side of Object.values(sides)) await side.stop();
  }
}

/** Seconds of each side, and the fastest and median round of each to those of the version before. */
function summaryOf({ before, ...others }) {
  const quick = spread(before);
  const ratios = Object.entries(others).map(([name, taken]) => {
    const { minimum, median } = spread(taken);
    return [name, { fastest: minimum / quick.minimum, median: median / quick.median }];
  });
  const seconds = Object.entries({ before, ...others }).map(([name, taken]) => [
    name,
    spread(taken),
  ]);
  return { seconds: Object.fromEntries(seconds), toBefore: Object.fromEntries(ratios) };
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

/** One business in ten is told of each renewal. */
async function addEndpoints(client) {
  await client.query(
    `INSERT INTO webhook_endpoints (business_id, id, url, types, ordered, status, secret, created_at, enabled_at)
     SELECT id, gen_random_uuid(), 'https://hooks.example/', '{*}', false, 'enabled', '\\x00', now(), now()
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM businesses) AS business WHERE number % 10 = 0`,
  );
  await client.query(
    `INSERT INTO webhook_endpoint_states (business_id, endpoint_id) SELECT business_id, id FROM webhook_endpoints`,
  );
}

module.exports = { run };
