// Whether memory and descriptors grow: endless recordings, and the usage of the process before and after. `npm run
// bench -- soak [--requests 200000]`
const { signUp, startServerWithRivals } = require('./support/bench-server');
const { measure } = require('./support/load');

const CONNECTIONS = 64;
const WARM_UP = 20_000;

async function run(options = {}) {
  const requests = Number(options.requests ?? 200_000);
  const server = await startServerWithRivals();
  try {
    const { apiKey } = await signUp(server.url);
    const load = {
      url: server.url,
      route: '/v1/recordings',
      tokens: [apiKey.key],
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

module.exports = { run };
