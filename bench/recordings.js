// POST /v1/recordings, the hot path of this product: on one hot tenant and spread over a thousand, beside the same
// server without a database, a plain ORM implementation, and one statement per recording; and beside a bare Fastify
// route, which is the most that HTTP allows here. `npm run bench -- recordings
// [--seconds 4] [--rounds 3] [--tenants 1000]`
const path = require('node:path');
const { signUp, startServer, startServerWithRivals } = require('./support/bench-server');
const { batchOf, measure } = require('./support/load');
const { spread: spreadOf } = require('./support/statistics');

const CONNECTIONS = 64;
const BATCH = 100;
const WARM = 10_000;
/** As many requests let each connection pass more keys than lie between its first one and the next connection's. */
const TO_KNOW_ALL_KEYS = 40 * CONNECTIONS;
const ROUTES = {
  own: '/v1/recordings',
  withoutDatabase: '/bench/without-database',
  plainWay: '/bench/plain-way',
  singleStatement: '/bench/single-statement',
};

async function run(options = {}) {
  const seconds = Number(options.seconds ?? 4);
  const rounds = Number(options.rounds ?? 3);
  const server = await startServerWithRivals();
  try {
    const tenants = await signUpAll(server.url, Number(options.tenants ?? 1000));
    const keys = tenants.map(({ apiKey }) => apiKey.key);
    const credentials = { key: keys[0], session: tenants[0].session.token, keys };
    const results = {
      againstBare: await compareBare(server, credentials, { seconds, rounds }),
    };
    for (const [load, tokens] of [
      ['hot', keys.slice(0, 1)],
      ['spread', keys],
    ])
      results[load] = await compare(server.url, { tokens, seconds, rounds, load });
    results.lone = await compareLone(server.url, keys.slice(0, 1), { seconds, rounds });
    results.me = await compareMe(server.url, [tenants[0].session.token], { seconds, rounds });
    return results;
  } finally {
    await server.stop();
  }
}

async function signUpAll(url, count) {
  const tenants = [];
  for (let from = 0; from < count; from += 10) {
    const batch = Array.from({ length: Math.min(10, count - from) }, () => signUp(url));
    tenants.push(...(await Promise.all(batch)));
    if (from % 200 === 0) process.stderr.write(`signed up ${tenants.length} of ${count}\n`);
  }
  return tenants;
}

/** The sides alternate, so that noise affects all alike. */
async function takeTurns(routes, rounds, measureOne) {
  const taken = Object.fromEntries(Object.keys(routes).map((side) => [side, []]));
  for (const route of Object.values(routes)) await measureOne(route, 1); // warm
  for (let round = 1; round <= rounds; round += 1)
    for (const [side, route] of Object.entries(routes)) {
      taken[side].push(await measureOne(route));
      process.stderr.write(`  ${side}: ${Math.round(taken[side].at(-1).perSecond)}/s\n`);
    }
  return taken;
}

async function compare(url, { tokens, seconds, rounds, load }) {
  process.stderr.write(`${load}, ${CONNECTIONS} connections\n`);
  const taken = await takeTurns(ROUTES, rounds, (route, warm) =>
    measureKnown({ url, route, tokens, connections: CONNECTIONS, seconds: warm ?? seconds }),
  );
  const { own, withoutDatabase, plainWay, singleStatement } = taken;
  return {
    ...summaries(taken),
    againstPlainWay: ratio(own, plainWay),
    againstSingleStatement: ratio(own, singleStatement),
    shareOfWithoutDatabase: ratio(own, withoutDatabase),
  };
}

async function compareLone(url, tokens, { seconds, rounds }) {
  process.stderr.write('lone, one connection\n');
  const routes = { own: '/v1/recordings', bareInsert: '/bench/bare-insert' };
  const taken = await takeTurns(routes, rounds, (route, warm) =>
    measure({ url, route, tokens, connections: 1, seconds: warm ?? seconds }),
  );
  return { ...summaries(taken), slowerThanBareInsert: ratio(taken.bareInsert, taken.own) };
}

async function compareMe(url, tokens, { seconds, rounds }) {
  process.stderr.write(`GET /v1/me, ${CONNECTIONS} connections\n`);
  const routes = { own: '/v1/me', nothing: '/bench/nothing' };
  const taken = await takeTurns(routes, rounds, (route, warm) =>
    measure({
      url,
      route,
      tokens,
      connections: CONNECTIONS,
      seconds: warm ?? seconds,
      method: 'GET',
    }),
  );
  return { ...summaries(taken), shareOfNothing: ratio(taken.own, taken.nothing) };
}

/**
 * Answers a second of each route for one of the bare route; of a batch its recordings. And the same by the processor time
 * of the server's process, which says more than a clock where others use the machine.
 */
async function compareBare(server, { key, session, keys }, { seconds, rounds }) {
  process.stderr.write('beside a bare Fastify route\n');
  const bare = await startServer({}, path.join(__dirname, 'support', 'bare-server.js'));
  const { url } = server;
  const hot = { url, route: '/v1/recordings', tokens: [key], connections: CONNECTIONS };
  const loads = {
    bare: { ...hot, url: bare.url },
    hot,
    spread: { ...hot, tokens: keys },
    me: { ...hot, route: '/v1/me', tokens: [session], method: 'GET' },
    batch: { ...hot, route: '/v1/recordings/batch', connections: 8, body: batchOf(BATCH) },
  };
  try {
    const taken = await takeTurns(loads, rounds, (load, warm) =>
      withCpu(load.url === url ? server : bare, warm ? warming(load) : { ...load, seconds }),
    );
    const recordings = taken.batch.map(({ perSecond }) => ({ perSecond: perSecond * BATCH }));
    return {
      ...summaries(taken),
      byProcessorTime: byProcessorTime(taken),
      hotToBare: ratio(taken.hot, taken.bare),
      spreadToHot: ratio(taken.spread, taken.hot),
      meToBare: ratio(taken.me, taken.bare),
      recordingsOfBatchesToBare: ratio(recordings, taken.bare),
    };
  } finally {
    await bare.stop();
  }
}

/** By count: on a busy machine, a second is too few for V8 to compile what is hot. */
function warming(load) {
  return { ...load, amount: load.body ? WARM / BATCH : WARM };
}

/**
 * Lasting load looks a key up twice a minute. A round that begins with a thousand unknown keys, since others were used for
 * longer than that, would measure little else in its few seconds.
 */
async function measureKnown(load) {
  await getToKnow(load);
  return measure(load);
}

async function getToKnow(load) {
  if (load.tokens.length > 1) await measure({ ...load, amount: TO_KNOW_ALL_KEYS });
}

/** The load's answers, with the server's microseconds of processor time for each. */
async function withCpu(server, load) {
  await getToKnow(load);
  const before = await server.ask('cpu');
  const measured = await measure(load);
  const after = await server.ask('cpu');
  return { ...measured, cpuUs: ((after.cpuMs - before.cpuMs) * 1000) / measured.answers };
}

/** The least of the rounds: what others do on the machine only adds. */
function byProcessorTime(taken) {
  const least = Object.fromEntries(
    Object.entries(taken).map(([side, all]) => [side, Math.min(...all.map(({ cpuUs }) => cpuUs))]),
  );
  return {
    microseconds: least,
    hotToBare: least.bare / least.hot,
    spreadToHot: least.hot / least.spread,
    meToBare: least.bare / least.me,
    recordingsOfBatchesToBare: (least.bare * BATCH) / least.batch,
  };
}

function summaries(taken) {
  return Object.fromEntries(
    Object.entries(taken).map(([side, all]) => [
      side,
      {
        perSecond: spreadOf(all.map(({ perSecond }) => perSecond)),
        p99Ms: spreadOf(all.map(({ p99Ms }) => p99Ms)),
      },
    ]),
  );
}

/** Per round, since the machine may be slower in one than in another. */
function ratio(some, others) {
  return spreadOf(some.map(({ perSecond }, round) => perSecond / others[round].perSecond));
}

module.exports = { run };
