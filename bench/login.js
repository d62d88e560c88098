// Password hashing is slow on purpose. Measures that many logins at once do not starve other requests, and that an
// unknown address takes as long as a wrong password. `npm run bench -- login`
const { PASSWORD, quantile, send, signUp, startServer } = require('./support/bench-server');

const STORM = 50;
const TIMING_ROUNDS = 40;

/** GET /v1/me sequentially while 50 logins run. */
async function storm(url, { email, token }) {
  const logins = Array.from({ length: STORM }, () =>
    send(url, 'POST', '/v1/auth/login', { body: { email, password: PASSWORD } }),
  );
  let running = true;
  const done = Promise.all(logins).finally(() => (running = false));
  const waits = [];
  while (running) {
    const { status, milliseconds } = await send(url, 'GET', '/v1/me', { token });
    if (status !== 200) throw new Error(`GET /v1/me answered ${status}`);
    waits.push(milliseconds);
  }
  const statuses = (await done).map(({ status }) => status);
  return {
    logins: STORM,
    answered200: statuses.filter((status) => status === 200).length,
    meRequests: waits.length,
    meMedianMs: quantile(waits, 0.5),
    meP99Ms: quantile(waits, 0.99),
  };
}

/** Alternates unknown address and wrong password, so that noise affects both alike. */
async function timing(url, { email }) {
  const times = { known: [], unknown: [] };
  for (let round = 0; round < TIMING_ROUNDS; round += 1) {
    for (const [kind, address] of [
      ['known', email],
      ['unknown', `nobody-${round}@example.com`],
    ]) {
      const { milliseconds } = await send(url, 'POST', '/v1/auth/login', {
        body: { email: address, password: 'not the password' },
      });
      times[kind].push(milliseconds);
    }
  }
  const known = quantile(times.known, 0.5);
  const unknown = quantile(times.unknown, 0.5);
  return {
    wrongPasswordMedianMs: known,
    unknownAddressMedianMs: unknown,
    ratio: Math.max(known, unknown) / Math.min(known, unknown),
  };
}

async function run() {
  const server = await startServer();
  try {
    const { email, session } = await signUp(server.url);
    const customer = { email, token: session.token };
    await send(server.url, 'POST', '/v1/auth/login', {
      body: { email: customer.email, password: PASSWORD },
    }); // warm
    return { storm: await storm(server.url, customer), timing: await timing(server.url, customer) };
  } finally {
    await server.stop();
  }
}

module.exports = { run };
