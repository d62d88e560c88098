// Events of another service beside recordings, both on one hot business; and a transaction of another program with
// `tenantry.consume`, as a statement of its own and in that of the program, beside the same without.
// `npm run bench -- usage [--seconds 4] [--rounds 3] [--requests 2000]`
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { startDatabases, withClient } = require('./support/bench-database');
const { signUp, startServer } = require('./support/bench-server');
const { measure } = require('./support/load');
const { spread } = require('./support/statistics');

const CONNECTIONS = 64;
const cli = path.join(__dirname, '..', 'dist', 'src', 'cli.js');

async function run(options = {}) {
  const rounds = Number(options.rounds ?? 3);
  const seconds = Number(options.seconds ?? 4);
  const transactions = Number(options.requests ?? 2_000);
  const databases = await startDatabases();
  const url = await databases.create('bench_usage');
  await withClient(url, prepare);
  const server = await startServer({ DATABASE_URL: url, BCRYPT_COST: '4' });
  try {
    const { apiKey, business } = await signUp(server.url);
    const key = createServiceKey(url);
    const http = await compareRoutes(server.url, { apiKey, business, key, rounds, seconds });
    const sql = await withClient(url, (client) =>
      compareTransactions(client, business.id, { rounds, transactions }),
    );
    return { ...http, ...sql };
  } finally {
    await server.stop();
    await databases.stop();
  }
}

async function prepare(client) {
  await client.query(
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
     VALUES ('exports', 'Exports', 'metered', 'period', 'team', false, now())`,
  );
  await client.query(
    `UPDATE plans SET grants = grants || '{"exports": {"limit": null, "mode": "hard"}, "recordings": {"limit": null, "mode": "hard"}}'`,
  );
  await client.query('CREATE TABLE public.exports (id bigserial PRIMARY KEY, business_id uuid)');
  await client.query('INSERT INTO sql_callers (role_name) VALUES (session_user)');
}

function createServiceKey(url) {
  const given = ['service-keys:create', '--name', 'bench', '--scopes', 'usage:write', '--json'];
  const env = { PATH: process.env.PATH, DATABASE_URL: url, LOG_LEVEL: 'error' };
  return JSON.parse(execFileSync(process.execPath, [cli, ...given], { env }).toString()).key;
}

async function compareRoutes(url, { apiKey, business, key, rounds, seconds }) {
  const event = { businessId: business.id, feature: 'exports', eventId: 'bench-[<id>]', amount: 1 };
  const loads = {
    recordings: { route: '/v1/recordings', tokens: [apiKey.key] },
    usageEvents: { route: '/v1/usage-events', tokens: [key], body: JSON.stringify(event) },
  };
  const taken = { recordings: [], usageEvents: [] };
  const usual = { url, connections: CONNECTIONS };
  for (const load of Object.values(loads)) await measure({ ...usual, ...load, seconds: 2 });
  for (let round = 0; round < rounds; round += 1)
    for (const [name, load] of Object.entries(loads)) {
      const { perSecond } = await measure({ ...usual, ...load, seconds });
      process.stderr.write(`  ${name}: ${Math.round(perSecond)}/s\n`);
      taken[name].push(perSecond);
    }
  const { recordings, usageEvents } = taken;
  const ratios = usageEvents.map((perSecond, round) => perSecond / recordings[round]);
  return {
    recordingsPerSecond: spread(recordings),
    usageEventsPerSecond: spread(usageEvents),
    againstRecordings: spread(ratios),
  };
}

const INSERT = 'INSERT INTO public.exports (business_id)';
const CONSUME = `SELECT tenantry.consume($1, 'exports')`;

/** What a transaction does, a round trip each. */
const TRANSACTIONS = {
  without: [`${INSERT} VALUES ($1)`],
  withConsume: [`${INSERT} VALUES ($1)`, CONSUME],
  inOneStatement: [`WITH counted AS (${CONSUME}) ${INSERT} SELECT $1 FROM counted`],
};

async function compareTransactions(client, businessId, { rounds, transactions }) {
  const taken = { without: [], withConsume: [], inOneStatement: [] };
  for (const statements of Object.values(TRANSACTIONS))
    await repeat(client, businessId, statements, 200);
  for (let round = 0; round < rounds; round += 1)
    for (const [name, statements] of Object.entries(TRANSACTIONS)) {
      const ms = await repeat(client, businessId, statements, transactions);
      process.stderr.write(`  ${name}: ${ms.toFixed(3)} ms\n`);
      taken[name].push(ms);
    }
  const ratios = (times) => spread(times.map((ms, round) => ms / taken.without[round]));
  return {
    transactionMs: spread(taken.without),
    transactionWithConsumeMs: spread(taken.withConsume),
    timesWithout: ratios(taken.withConsume),
    transactionInOneStatementMs: spread(taken.inOneStatement),
    timesWithoutInOneStatement: ratios(taken.inOneStatement),
  };
}

/** @returns milliseconds a transaction */
async function repeat(client, businessId, statements, transactions) {
  const startedAt = performance.now();
  for (let made = 0; made < transactions; made += 1) {
    await client.query('BEGIN');
    for (const sql of statements) await client.query(sql, [businessId]);
    await client.query('COMMIT');
  }
  return (performance.now() - startedAt) / transactions;
}

module.exports = { run };
