// A million ended periods. Side by side, each on a fresh copy of the same database: three plain statements, the lower
// bound; one renewer; two renewers; one renewer while other tenants record; and, on a sample, a loop that loads,
// decides and saves each. `npm run bench -- renewal [--subscriptions 100000] [--rounds 1]`
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { renewBarely } = require('./support/bare-renewal');
const { startDatabases, built } = require('./support/bench-database');
const { startServer, quantile } = require('./support/bench-server');
const { assertRenewedOnce, seedDueSubscriptions } = require('./support/due-subscriptions');
const { signUpTenants, whileIngesting } = require('./support/ingestion-load');
const { renewInALoop } = require('./support/renewal-loop');
const { startRenewer } = require('./support/renewer-process');

const SEEDED = 'bench_seeded';
const MEASURED = 'bench_measured';
const LOOP_SAMPLE = 1_000;
const DEFAULT_SUBSCRIPTIONS = 1_000_000;
const DEFAULT_ROUNDS = 3;

async function run(options = {}) {
  const count = Number(options.subscriptions ?? DEFAULT_SUBSCRIPTIONS);
  const rounds = Number(options.rounds ?? DEFAULT_ROUNDS);
  const databases = await startDatabases();
  const directory = mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
  try {
    await seed(databases, count);
    const bench = new RenewalBench(databases, directory, count);
    for (let round = 1; round <= rounds; round += 1)
      await bench.takeRound(`round ${round} of ${rounds}`);
    const results = bench.summarize();
    console.log(tableOf(results));
    return results;
  } finally {
    await databases.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function seed(databases, count) {
  const progress = begin('seeding', count);
  const url = await databases.create(SEEDED);
  await seedDueSubscriptions(url, count, (seeded) => progress.report(seeded));
  progress.end();
}

/** One line for each measurement, and on a terminal a progress bar. */
function begin(label, total) {
  process.stderr.write(`${label} …\n`);
  return built('cli/support/progress.js').showProgress(label, total);
}

class RenewalBench {
  constructor(databases, directory, count) {
    Object.assign(this, { databases, directory, count });
    this.taken = { bare: [], one: [], two: [], loopEach: [] };
    this.aboveIdleMb = [];
    this.ingestion = [];
  }

  async takeRound(round) {
    const { taken } = this;
    taken.bare.push(await this.onCopy(`${round}: bare minimum`, renewBarely));
    taken.one.push(await this.onCopy(`${round}: one renewer`, (url) => this.renew(url, 1)));
    taken.two.push(await this.onCopy(`${round}: two renewers`, (url) => this.renew(url, 2)));
    const besides = (url) => this.renewBesidesIngestion(url);
    await this.onCopy(`${round}: one renewer and ingestion`, besides);
    const sample = Math.min(LOOP_SAMPLE, this.count);
    const loop = (url) => renewInALoop(url, sample);
    taken.loopEach.push(await this.onCopy(`${round}: loop over ${sample}`, loop, sample));
  }

  async onCopy(label, work, expected = this.count) {
    const progress = begin(label, expected);
    const url = await this.databases.clone(SEEDED, MEASURED);
    this.progress = progress; // of the current measurement
    const result = await work(url);
    progress.end();
    await assertRenewedOnce(url, expected);
    await this.databases.drop(MEASURED);
    return result;
  }

  /** @returns from the start of the first to the end of the last */
  async renew(url, processes) {
    const starting = Array.from({ length: processes }, () => startRenewer(url, this.directory));
    const renewers = await Promise.all(starting);
    const decided = renewers.map(() => 0);
    const startedAt = performance.now();
    const results = await Promise.all(
      renewers.map((renewer, index) =>
        renewer.run((count) => {
          decided[index] = count;
          this.progress.report(decided.reduce((sum, each) => sum + each, 0));
        }),
      ),
    );
    this.aboveIdleMb.push(...results.map(({ aboveIdleMb }) => aboveIdleMb));
    return performance.now() - startedAt;
  }

  async renewBesidesIngestion(url) {
    const server = await startServer({ DATABASE_URL: url, ROLES: 'web' });
    try {
      const keys = await signUpTenants(server.url, url);
      const renewing = () => this.renew(url, 1);
      const { ingestion } = await whileIngesting(server.url, keys, renewing);
      this.ingestion.push(ingestion);
    } finally {
      await server.stop();
    }
  }

  summarize() {
    const { bare, one, two, loopEach } = this.taken;
    const loop = loopEach.map((milliseconds) => milliseconds * this.count); // extrapolated
    const ratio = (above, below) => spread(above.map((each, round) => each / below[round]));
    return {
      subscriptions: this.count,
      rounds: bare.length,
      settings: 'fsync, synchronous_commit and full_page_writes on; otherwise as PostgreSQL comes',
      seconds: {
        bareMinimum: spread(bare.map(toSeconds)),
        oneRenewer: spread(one.map(toSeconds)),
        twoRenewers: spread(two.map(toSeconds)),
        typeormLoopExtrapolated: spread(loop.map(toSeconds)),
      },
      ratios: {
        oneRenewerToBareMinimum: ratio(one, bare),
        typeormLoopToOneRenewer: ratio(loop, one),
        oneRenewerToTwo: ratio(one, two),
      },
      peakMemoryAboveIdleMb: spread(this.aboveIdleMb),
      loopSample: Math.min(LOOP_SAMPLE, this.count),
      ingestionMeanwhile: {
        requests: this.ingestion.reduce((sum, { requests }) => sum + requests, 0),
        medianMs: spread(this.ingestion.map(({ medianMs }) => medianMs)),
        p99Ms: spread(this.ingestion.map(({ p99Ms }) => p99Ms)),
        maximumMs: spread(this.ingestion.map(({ maximumMs }) => maximumMs)),
      },
    };
  }
}

function toSeconds(milliseconds) {
  return milliseconds / 1000;
}

function spread(numbers) {
  const rounded = (value) => Number(value.toFixed(2));
  return {
    minimum: rounded(Math.min(...numbers)),
    median: rounded(quantile(numbers, 0.5)),
    maximum: rounded(Math.max(...numbers)),
  };
}

function tableOf({ subscriptions, seconds, ratios, peakMemoryAboveIdleMb, ...others }) {
  const { loopSample, ingestionMeanwhile } = others;
  const lines = [
    ['bare minimum, s', seconds.bareMinimum],
    ['one renewer, s', seconds.oneRenewer],
    ['two renewers, s', seconds.twoRenewers],
    [`loop, s (${loopSample} measured, times the rest)`, seconds.typeormLoopExtrapolated],
    ['one renewer : bare minimum  (≤ 1.2)', ratios.oneRenewerToBareMinimum],
    ['loop : one renewer  (≥ 20)', ratios.typeormLoopToOneRenewer],
    ['one renewer : two renewers  (≥ 1.5)', ratios.oneRenewerToTwo],
    ['peak memory above idle, MB  (≤ 150)', peakMemoryAboveIdleMb],
    ['ingestion of others, p99 in ms  (≤ 100)', ingestionMeanwhile.p99Ms],
  ];
  const head = `${subscriptions.toLocaleString('en-US')} subscriptions`.padEnd(44);
  const row = ([label, { minimum, median, maximum }]) =>
    label.padEnd(44) + [minimum, median, maximum].map((each) => String(each).padStart(10)).join('');
  return [`${head}   minimum    median   maximum`, ...lines.map(row)].join('\n');
}

module.exports = { run };
