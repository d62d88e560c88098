// HTTP load from one process with a configurable number of connections.
const autocannon = require('autocannon');
const { quantile } = require('./bench-server');

/** A recording as an SDK sends it; `[<id>]` is replaced with a new id per request. */
const BODY = JSON.stringify({
  externalId: 'bench-[<id>]',
  startedAt: '2026-11-20T15:36:00.000Z',
  durationMs: 61_250,
  device: { model: 'Pixel 9', os: 'android', osVersion: '16', appVersion: '4.2.1' },
  metadata: { screen: 'checkout', session: 42, experiments: ['a', 'b'] },
});

/**
 * @param routes in place of `route`, asked for in turn
 * @param body of a POST; without it a recording
 * @param headers beside the usual ones
 * @param answers the class of statuses that all answers must have
 * @returns how many answers, those per second, and their latencies in milliseconds, with two decimals: autocannon's own
 *   are whole ones
 */
async function measure(load) {
  const { url, route, tokens, connections, seconds, amount, method = 'POST' } = load;
  const { routes = [route], headers = {}, answers = '2xx', body = BODY } = load;
  const requests = () => routes.flatMap((path) => requestsOf(method, path, tokens, headers, body));
  const times = [];
  const result = await autocannon({
    url: url + routes[0],
    connections,
    ...(amount ? { amount } : { duration: seconds }),
    idReplacement: method === 'POST',
    requests: requests(),
    setupClient: (client) => {
      client.setRequests(rotated(requests()));
      client.on('response', (_status, _bytes, ms) => times.push(ms));
    },
  });
  const others = result.requests.total - result[answers];
  if (others > 0 || result.errors > 0)
    throw new Error(`${routes[0]}: ${others} answers were no ${answers}, ${result.errors} failed`);
  const [p50Ms, p99Ms, maximumMs] = [0.5, 0.99, 1].map((share) =>
    toHundredths(quantile(times, share)),
  );
  const count = result[answers];
  const latencies = { p50Ms, p99Ms, maximumMs };
  return { answers: count, perSecond: count / result.duration, ...latencies };
}

const toHundredths = (ms) => Number(ms.toFixed(2));

function requestsOf(method, path, tokens, headers, body) {
  return tokens.map((token) => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body }),
  }));
}

/** The body of a batch of new recordings. */
function batchOf(count) {
  const items = Array.from({ length: count }, (_, item) =>
    BODY.replace('[<id>]', `[<id>]-${item}`),
  );
  return `{"recordings":[${items.join(',')}]}`;
}

let next = 0;

/** Each connection starts with another tenant; otherwise all would visit them in step. */
function rotated(requests) {
  const from = (next = (next + 37) % requests.length);
  return [...requests.slice(from), ...requests.slice(0, from)];
}

module.exports = { batchOf, measure };
