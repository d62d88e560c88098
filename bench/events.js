// From the commit of a change to its arrival on a stream and at a webhook's receiver, and what 1,000 open streams take
// of memory. `npm run bench -- events [--requests 300]`
const http = require('node:http');
const { once } = require('node:events');
const { quantile, send, signUp, startServer } = require('./support/bench-server');

const STREAMS = 1_000;
const STREAMS_EACH = 20;
const LIMITS = { arrivedP99Ms: 500, memoryMb: 120 };
const REPORTER = require.resolve('./support/report-usage');

/** @returns the open answer */
async function openStream(url, token) {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const request = http.get(`${url}/v1/stream`, { headers, agent: false });
  const [answer] = await once(request, 'response');
  if (answer.statusCode !== 200) throw new Error(`a stream was answered ${answer.statusCode}`);
  return answer;
}

/** Opens all of them, 20 at a time. @returns the answers, each with the business's token */
async function openStreams(url) {
  const streams = [];
  while (streams.length < STREAMS) {
    const { token } = (await signUp(url)).session;
    const opening = Array.from({ length: STREAMS_EACH }, () => openStream(url, token));
    for (const answer of await Promise.all(opening)) streams.push({ answer, token });
  }
  for (const { answer } of streams) answer.resume();
  return streams;
}

/** When the name arrived. */
function arrivalOn(emitter, name) {
  return new Promise((resolve) => {
    const listen = (chunk) => {
      if (!String(chunk).includes(name)) return;
      emitter.off('data', listen);
      resolve(performance.now());
    };
    emitter.on('data', listen);
  });
}

/** Changes the business again and again. @returns milliseconds from the answer, which follows the commit, to the arrival */
async function timeArrivals(url, token, { count, arrival }) {
  const times = [];
  for (let number = 0; number < count; number += 1) {
    const arrived = arrival();
    const { status } = await send(url, 'PATCH', '/v1/business', {
      token,
      body: { name: `Acme ${number}` },
    });
    if (status !== 200) throw new Error(`a change was answered ${status}`);
    const committedAt = performance.now();
    times.push(Math.max(0, (await arrived) - committedAt));
  }
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), mostMs: Math.max(...times) };
}

/** A receiver of webhooks that tells when one comes. */
async function startReceiver() {
  const server = http.createServer((request, response) => {
    request
      .resume()
      .on('end', () =>
        response.writeHead(204).end(() => server.emit('arrived', performance.now())),
      );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function timeWebhooks(url, count) {
  const receiver = await startReceiver();
  const { token } = (await signUp(url)).session;
  const body = { url: `http://127.0.0.1:${receiver.address().port}/`, types: ['business.updated'] };
  const created = await send(url, 'POST', '/v1/webhook-endpoints', { token, body });
  if (created.status !== 201) throw new Error(`an endpoint was answered ${created.status}`);
  const arrival = () => once(receiver, 'arrived').then(([at]) => at);
  const times = await timeArrivals(url, token, { count, arrival });
  receiver.close();
  receiver.closeAllConnections();
  return times;
}

async function run({ requests = '300' }) {
  const count = Number(requests);
  const environment = {
    NODE_OPTIONS: `--require ${REPORTER}`,
    BCRYPT_COST: '4',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1',
  };
  const server = await startServer({ ...environment, NODE_ENV: 'development' });
  try {
    const webhook = await timeWebhooks(server.url, count);
    const idle = (await server.usage()).rssMb;
    const streams = await openStreams(server.url);
    const memoryMb = (await server.usage()).rssMb - idle;
    const [{ answer, token }] = streams;
    const stream = await timeArrivals(server.url, token, {
      count,
      arrival: () => arrivalOn(answer, 'business.updated'),
    });
    for (const each of streams) each.answer.destroy();
    return { limits: LIMITS, streams: STREAMS, memoryMb, stream, webhook };
  } finally {
    await server.stop();
  }
}

module.exports = { run };
