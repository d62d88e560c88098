// GET /v1/entitlements of 50 features beside GET /v1/me, which makes no query; and asked whether it has changed.
// `npm run bench -- entitlements [--rounds 3] [--seconds 4]`
const { startDatabases, withClient } = require('./support/bench-database');
const { signUp, startServer } = require('./support/bench-server');
const { measure } = require('./support/load');

const CONNECTIONS = 16;
const FEATURES = 50;
const TENANTS = 16;

async function run(options = {}) {
  const rounds = Number(options.rounds ?? 3);
  const seconds = Number(options.seconds ?? 4);
  const databases = await startDatabases();
  const url = await databases.create('bench_entitlements');
  const server = await startServer({ DATABASE_URL: url, BCRYPT_COST: '4' });
  try {
    await withClient(url, addFeatures);
    const tokens = [];
    for (let made = 0; made < TENANTS; made += 1)
      tokens.push((await signUp(server.url)).session.token);
    const results = { features: FEATURES, connections: CONNECTIONS };
    const tag = await tagOf(server.url, tokens[0]);
    for (let round = 0; round < rounds; round += 1)
      for (const [name, load] of Object.entries(loadsOf(tokens, tag)))
        (results[name] ??= []).push(await read(server.url, name, load, seconds));
    return results;
  } finally {
    await server.stop();
    await databases.stop();
  }
}

function loadsOf(tokens, tag) {
  const [one] = tokens;
  const route = '/v1/entitlements';
  return {
    me: { route: '/v1/me', tokens: [one] },
    entitlements: { route, tokens: [one] },
    unchanged: { route, tokens: [one], headers: { 'if-none-match': tag }, answers: '3xx' },
    meSpread: { route: '/v1/me', tokens },
    entitlementsSpread: { route, tokens },
  };
}

async function read(url, name, load, seconds) {
  const usual = { url, connections: CONNECTIONS, method: 'GET' };
  await measure({ ...usual, ...load, seconds: 1 }); // warm
  const { perSecond, p50Ms, p99Ms } = await measure({ ...usual, ...load, seconds });
  process.stderr.write(`  ${name}: ${Math.round(perSecond)}/s, p50 ${p50Ms}, p99 ${p99Ms} ms\n`);
  return { perSecond: Math.round(perSecond), p50Ms, p99Ms };
}

async function tagOf(url, token) {
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' };
  const response = await fetch(`${url}/v1/entitlements`, { headers });
  return response.headers.get('etag');
}

/** Up to 50 with the declared ones, half of them counted; each plan grants all. */
async function addFeatures(client) {
  await client.query(
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
     SELECT 'bench_' || n, 'Bench ' || n, CASE WHEN n % 2 = 0 THEN 'flag' ELSE 'metered' END,
            CASE WHEN n % 2 = 0 THEN NULL ELSE 'period' END, 'team', false, now()
     FROM generate_series(1, $1 - (SELECT count(*) FROM features)) AS n`,
    [FEATURES],
  );
  await client.query(
    `UPDATE plans SET grants = grants || (
       SELECT jsonb_object_agg(id, CASE kind WHEN 'flag' THEN '{"enabled": true}'::jsonb ELSE '{"limit": 100, "mode": "hard"}' END)
       FROM features WHERE id LIKE 'bench%')`,
  );
}

module.exports = { run };
