// HTTP load from one process with a configurable number of connections.
const autocannon = require('autocannon');

/** A recording as an SDK sends it; `[<id>]` is replaced with a new id per request. */
const BODY = JSON.stringify({
  externalId: 'bench-[<id>]',
  startedAt: '2026-11-20T15:36:00.000Z',
  durationMs: 61_250,
  device: { model: 'Pixel 9', os: 'android', osVersion: '16', appVersion: '4.2.1' },
  metadata: { screen: 'checkout', session: 42, experiments: ['a', 'b'] },
});

/** @returns answers per second, and their latencies in milliseconds */
async function measure({ url, route, tokens, connections, seconds, amount, method = 'POST' }) {
  const result = await autocannon({
    url: url + route,
    connections,
    ...(amount ? { amount } : { duration: seconds }),
    idReplacement: method === 'POST',
    requests: requestsOf(method, route, tokens),
    setupClient: (client) => client.setRequests(rotated(requestsOf(method, route, tokens))),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${route}: ${result.non2xx} answers were no 2xx, ${result.errors} failed`);
  const { p50, p99, max } = result.latency;
  return { perSecond: result['2xx'] / result.duration, p50Ms: p50, p99Ms: p99, maximumMs: max };
}

function requestsOf(method, path, tokens) {
  return tokens.map((token) => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: BODY }),
  }));
}

let next = 0;

/** Each connection starts with another tenant; otherwise all would visit them in step. */
function rotated(requests) {
  const from = (next = (next + 37) % requests.length);
  return [...requests.slice(from), ...requests.slice(0, from)];
}

module.exports = { measure };
