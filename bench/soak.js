// Whether memory and descriptors grow: recordings without end, and what the process holds before and after.
// `npm run bench -- soak [--requests 200000]`
const path = require('node:path');
const { send, startServer } = require('./support/bench-server');
const { measure } = require('./support/load');

const CONNECTIONS = 64;
const WARM_UP = 20_000;

async function run(options = {}) {
  const requests = Number(options.requests ?? 200_000);
  const main = path.join(__dirname, 'support', 'bench-main.js');
  const server = await startServer({ BCRYPT_COST: '4' }, main);
  try {
    const token = await signUp(server.url);
    const load = {
      url: server.url,
      route: '/v1/recordings',
      tokens: [token],
      connections: CONNECTIONS,
    };
    await measure({ ...load, amount: WARM_UP });
    const before = await server.usage();
    const { perSecond, p99Ms } = await measure({ ...load, amount: requests });
    const after = await server.usage();
    return {
      ...{ requests, perSecond: Math.round(perSecond), p99Ms },
      rssMb: { before: Math.round(before.rssMb), after: Math.round(after.rssMb) },
      grownMb: Math.round(after.rssMb - before.rssMb),
      descriptors: { before: before.descriptors, after: after.descriptors },
    };
  } finally {
    await server.stop();
  }
}

async function signUp(url) {
  const body = { businessName: 'Soak', fullName: 'Ada Lovelace', email: 'owner@bench.example' };
  const { body: signedUp } = await send(url, 'POST', '/v1/auth/signup', {
    body: { ...body, password: 'correct horse battery staple' },
  });
  return signedUp.apiKey.key;
}

module.exports = { run };
