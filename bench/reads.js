// Pages of GET /v1/recordings where one tenant has most of ten million recordings: first, middle and last page, with
// and without filters, and other reads at that size. `npm run bench -- reads [--recordings 10000000] [--seconds 4]`
const { Buffer } = require('node:buffer');
const { startDatabases, withClient } = require('./support/bench-database');
const { send, signUp, startServerWithRivals } = require('./support/bench-server');
const { measure } = require('./support/load');

const CONNECTIONS = 16;
const CHUNK = 250_000;
const DEFAULT_RECORDINGS = 10_000_000;
const SECONDS_BETWEEN = 2;
/** Equal reads at the same time share one, so some rows ask for as many different things as there are connections. */
const PAGES = 64;
const BUSINESSES = 16;

async function run(options = {}) {
  const count = Number(options.recordings ?? DEFAULT_RECORDINGS);
  const seconds = Number(options.seconds ?? 4);
  const databases = await startDatabases();
  const url = await databases.create('bench_reads');
  const server = await startServerWithRivals({ DATABASE_URL: url });
  try {
    const tenant = await prepare(server.url, url, count);
    const results = { recordings: count, connections: CONNECTIONS };
    for (const [name, asked] of Object.entries(loadsOf(tenant)))
      results[name] = await read(server.url, name, asked, seconds);
    return results;
  } finally {
    await server.stop();
    await databases.stop();
  }
}

async function read(url, name, asked, seconds) {
  const load = { url, ...asked, connections: CONNECTIONS, method: 'GET' };
  await measure({ ...load, seconds: 2 }); // warm
  const { perSecond, p50Ms, p99Ms } = await measure({ ...load, seconds });
  process.stderr.write(`  ${name}: ${Math.round(perSecond)}/s, p99 ${p99Ms} ms\n`);
  return { perSecond: Math.round(perSecond), p50Ms, p99Ms };
}

async function prepare(serverUrl, databaseUrl, count) {
  const { business, session, apiKey, subscription } = await signUp(serverUrl);
  const token = session.token;
  const application = await send(serverUrl, 'POST', '/v1/applications', {
    token,
    body: { name: 'Shop' },
  });
  const first = new Date(Date.parse(business.createdAt) - count * SECONDS_BETWEEN * 1000);
  const tenant = {
    token,
    key: apiKey.key,
    businessId: business.id,
    applicationId: application.body.id,
    first,
    count,
    others: await signUpOthers(serverUrl),
  };
  await withClient(databaseUrl, (client) => seed(client, tenant, subscription.id));
  return tenant;
}

/** @returns the sessions and the API keys of other businesses */
async function signUpOthers(serverUrl) {
  const signUps = [];
  while (signUps.length < BUSINESSES) signUps.push(await signUp(serverUrl));
  return {
    tokens: signUps.map(({ session }) => session.token),
    keys: signUps.map(({ apiKey }) => apiKey.key),
  };
}

/** Every two seconds a recording, back from now, in an earlier period; every tenth of the application, every twentieth a tombstone. */
async function seed(client, { businessId, applicationId, first, count }, subscriptionId) {
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count) - 1;
    await client.query(INSERT, [businessId, applicationId, subscriptionId, first, from, to]);
    process.stderr.write(`seeded ${to + 1} of ${count}\n`);
  }
  await client.query('VACUUM ANALYZE recordings');
}

const INSERT = `
  INSERT INTO recordings (business_id, id, external_id, application_id, subscription_id, period_ordinal, started_at,
                          duration_ms, device, metadata, created_at, deleted_at)
  SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, 'seeded-' || number,
         CASE WHEN number % 10 = 0 THEN $2::uuid END, $3, 0, CASE WHEN number % 20 <> 1 THEN at END,
         CASE WHEN number % 20 <> 1 THEN 60000 END, NULL, NULL, at, CASE WHEN number % 20 = 1 THEN at END
  FROM (SELECT number, $4::timestamptz + number * interval '${SECONDS_BETWEEN} seconds' AS at
        FROM generate_series($5::bigint, $6) AS number) AS numbered`;

function loadsOf({ token, key, applicationId, first, count, others }) {
  const at = (share) =>
    new Date(first.getTime() + share * count * SECONDS_BETWEEN * 1000).toISOString();
  const list = '/v1/recordings?limit=20';
  const before = (share) =>
    `${list}&cursor=${cursor([at(share), 'ffffffff-ffff-ffff-ffff-ffffffffffff'])}`;
  const pages = Array.from({ length: PAGES }, (_, page) => before((page + 1) / PAGES));
  const tokens = [token];
  const explain = '/v1/usage/recordings/explain';
  const status = '/v1/sdk/status';
  return {
    firstPage: { route: list, tokens },
    middlePage: { route: before(0.5), tokens },
    lastPage: { route: before(0.000002), tokens },
    differentPages: { routes: pages, tokens },
    hundred: { route: '/v1/recordings?limit=100', tokens },
    byApplication: { route: `${list}&applicationId=${applicationId}`, tokens },
    byApplicationInTheMiddle: { route: `${before(0.5)}&applicationId=${applicationId}`, tokens },
    between: { route: `${list}&from=${at(0.2)}&to=${at(0.3)}`, tokens },
    usage: { route: '/v1/usage', tokens },
    usageOfMany: { route: '/v1/usage', tokens: others.tokens },
    explain: { route: explain, tokens },
    explainOfMany: { route: explain, tokens: others.tokens },
    status: { route: status, tokens: [key] },
    statusOfMany: { route: status, tokens: others.keys },
  };
}

function cursor(keyset) {
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

module.exports = { run };
