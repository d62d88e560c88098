// Processor time that the server takes for a request, beside another commit's server in the same run: their rounds
// alternate, and processor time says more than a clock where others use the machine. Fails where a row takes more than
// a tenth longer. `npm run bench:quick [-- --against main~1] [--rounds 3] [--requests 2000] [--rows hot,me]`
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildOf } = require('./support/other-build');
const { startDatabases, withClient } = require('./support/bench-database');
const { signUp, startServer } = require('./support/bench-server');
const { batchOf, measure } = require('./support/load');
const { spread } = require('./support/statistics');

/** A refusal would cost less than what is measured. */
const UNLIMITED = `UPDATE tenantry.plans SET grants = jsonb_set(grants, '{recordings,limit}', '1000000000') WHERE is_default`;
/** In a version before features, the limit is a column. */
const UNLIMITED_BEFORE = 'UPDATE plans SET recordings_limit = 1000000000 WHERE is_default';
const TENANTS = 100;
const WORST = 1.1;
const own = path.join(__dirname, '..', 'dist', 'src', 'main.js');

const options = {
  against: { type: 'string', default: 'HEAD' },
  rounds: { type: 'string', default: '3' },
  requests: { type: 'string', default: '2000' },
  rows: { type: 'string' },
};

async function main() {
  const { values } = parseArgs({ options });
  const mains = { before: buildOf(values.against), now: own };
  const databases = await startDatabases();
  const sides = {};
  try {
    for (const [side, entry] of Object.entries(mains))
      sides[side] = await start(entry, databases, `bench_${side}`);
    const rows = await measureAll(sides, values);
    const slower = rows.filter(({ ratio }) => ratio > WORST).map(({ row }) => row);
    console.table(rows);
    if (slower.length === 0) return;
    console.error(`more than a tenth slower: ${slower.join(', ')}`);
    process.exitCode = 1;
  } finally {
    for (const { server } of Object.values(sides)) await server.stop();
    await databases.stop();
  }
}

async function start(entry, databases, name) {
  const report = path.join(__dirname, 'support', 'report-usage.js');
  await databases.command(`CREATE DATABASE ${name}`);
  const url = databases.urlOf(name);
  const environment = { BCRYPT_COST: '4', DATABASE_URL: url, NODE_OPTIONS: `--require ${report}` };
  const server = await startServer(environment, entry);
  await withClient(url, liftLimit);
  const tenants = [];
  for (let count = 0; count < TENANTS; count += 10)
    tenants.push(...(await Promise.all(Array.from({ length: 10 }, () => signUp(server.url)))));
  return { server, loads: loadsOf(tenants) };
}

async function liftLimit(client) {
  const { rows } = await client.query(`SELECT to_regclass('tenantry.plans') AS name`);
  await client.query(rows[0].name === null ? UNLIMITED_BEFORE : UNLIMITED);
}

function loadsOf(tenants) {
  const keys = tenants.map(({ apiKey }) => apiKey.key);
  const session = [tenants[0].session.token];
  const reading = { tokens: session, connections: 16, method: 'GET' };
  return {
    hot: { route: '/v1/recordings', tokens: keys.slice(0, 1), connections: 64 },
    spread: { route: '/v1/recordings', tokens: keys, connections: 64 },
    batch: {
      ...{ route: '/v1/recordings/batch', tokens: keys.slice(0, 1), connections: 8 },
      ...{ body: batchOf(100), share: 1 / 40 },
    },
    me: { ...reading, route: '/v1/me' },
    list: { ...reading, route: '/v1/recordings?limit=20', share: 1 / 2 },
    usage: { ...reading, route: '/v1/usage', share: 1 / 2 },
  };
}

async function measureAll(sides, { rounds, requests, rows }) {
  const names = rows?.split(',') ?? Object.keys(sides.now.loads);
  const measured = [];
  for (const row of names) {
    const taken = { before: [], now: [] };
    for (const side of Object.values(sides)) await cpuOf(side, row, requests / 4); // warm
    for (let round = 0; round < Number(rounds); round += 1)
      for (const side of round % 2 ? ['now', 'before'] : ['before', 'now'])
        taken[side].push(await cpuOf(sides[side], row, Number(requests)));
    measured.push(compare(row, taken));
    process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`);
  }
  return measured;
}

function compare(row, { before, now }) {
  const [earlier, later] = [spread(before), spread(now)];
  const ratio = Number((later.minimum / earlier.minimum).toFixed(3));
  return { row, beforeUs: earlier.minimum, nowUs: later.minimum, ratio };
}

/** @returns microseconds of the server's processor time a request */
async function cpuOf({ server, loads }, row, requests) {
  const { share = 1, ...load } = loads[row];
  const amount = Math.ceil(requests * share);
  const before = await server.usage();
  await measure({ ...load, url: server.url, amount });
  const after = await server.usage();
  return ((after.cpuMs - before.cpuMs) * 1000) / amount;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
