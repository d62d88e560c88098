// Password hashing is slow on purpose. Measures that many logins at once do not starve other requests, and that an
// unknown address takes as long as a wrong password. `npm run bench -- login [--rounds 3]`
const { PASSWORD, quantile, send, signUp, startServer } = require('./support/bench-server');
const { spread } = require('./support/statistics');

/** As many people: the guesses at one account are checked one after the other. */
const STORM = 50;
const QUIET_REQUESTS = 300;
const TIMING_ROUNDS = 40;

/** GET /v1/me sequentially: quiet, then while 50 people log in at once. */
async function storm(url, token, people) {
  const quiet = await readMe(url, token, (answered) => answered < QUIET_REQUESTS);
  const logins = people.map(({ email }) =>
    send(url, 'POST', '/v1/auth/login', { body: { email, password: PASSWORD } }),
  );
  let running = true;
  const done = Promise.all(logins).finally(() => (running = false));
  const waits = await readMe(url, token, () => running);
  const answers = await done;
  const times = answers.map(({ milliseconds }) => milliseconds);
  const [quietP99Ms, meP99Ms] = [quantile(quiet, 0.99), quantile(waits, 0.99)];
  return {
    logins: people.length,
    answered200: answers.filter(({ status }) => status === 200).length,
    loginP99Ms: quantile(times, 0.99),
    meRequests: waits.length,
    meMedianMs: quantile(waits, 0.5),
    meP99Ms,
    quietP99Ms,
    meToQuiet: meP99Ms / quietP99Ms,
  };
}

/** @returns what each took, in milliseconds */
async function readMe(url, token, goesOn) {
  const waits = [];
  while (goesOn(waits.length)) {
    const { status, milliseconds } = await send(url, 'GET', '/v1/me', { token });
    if (status !== 200) throw new Error(`GET /v1/me answered ${status}`);
    waits.push(milliseconds);
  }
  return waits;
}

/** Alternates unknown address and wrong password, so that noise affects both alike. */
async function timing(url, { email }) {
  const times = { known: [], unknown: [] };
  for (let round = 0; round < TIMING_ROUNDS; round += 1) {
    for (const [kind, address] of [
      ['known', email],
      ['unknown', `unknown-${round}@example.com`],
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

async function run(options = {}) {
  const server = await startServer();
  try {
    const people = [];
    for (let person = 0; person < STORM; person += 1) people.push(await signUp(server.url)); // warms, too
    const [{ email, session }] = people;
    const storms = [];
    for (let round = 0; round < Number(options.rounds ?? 3); round += 1)
      storms.push(await storm(server.url, session.token, people));
    return {
      loginP99Ms: spread(storms.map(({ loginP99Ms }) => loginP99Ms)),
      meToQuiet: spread(storms.map(({ meToQuiet }) => meToQuiet)),
      storms,
      timing: await timing(server.url, { email }),
    };
  } finally {
    await server.stop();
  }
}

module.exports = { run };
