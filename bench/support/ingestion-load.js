// Recordings of other tenants over HTTP during the renewal, at a steady rate: a slow answer does not delay the next
// request.
const { randomUUID } = require('node:crypto');
const { setTimeout: delay } = require('node:timers/promises');
const { quantile, send, signUp } = require('./bench-server');
const { withClient } = require('./bench-database');

const TENANTS = 10;
const PER_SECOND = 50;
const WARM_UP_MS = 2_000;

/** Signs up tenants on the unlimited plan; they are not due. @returns their API keys */
async function signUpTenants(serverUrl, databaseUrl) {
  const keys = [];
  for (let number = 0; number < TENANTS; number += 1) {
    const { business, apiKey } = await signUp(serverUrl);
    await lift(databaseUrl, business.id);
    keys.push(apiKey.key);
  }
  return keys;
}

function lift(databaseUrl, businessId) {
  const sql = `UPDATE subscriptions SET plan_id = (SELECT id FROM plans WHERE slug = 'unlimited') WHERE business_id = $1`;
  return withClient(databaseUrl, (client) => client.query(sql, [businessId]));
}

/** Sends while the work runs. @returns the result of the work, and the latencies meanwhile */
async function whileIngesting(serverUrl, keys, work) {
  await ingestUntil(serverUrl, keys, delay(WARM_UP_MS));
  const working = work();
  const waits = await ingestUntil(serverUrl, keys, working);
  const latencies = { requests: waits.length, medianMs: quantile(waits, 0.5) };
  const slowest = { p99Ms: quantile(waits, 0.99), maximumMs: Math.max(...waits) };
  return { worked: await working, ingestion: { ...latencies, ...slowest } };
}

async function ingestUntil(serverUrl, keys, end) {
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  const sent = [];
  const startedAt = performance.now();
  while (!isOver) {
    sent.push(record(serverUrl, keys[sent.length % keys.length]));
    await delay(Math.max(0, startedAt + (sent.length * 1000) / PER_SECOND - performance.now()));
  }
  await over;
  return Promise.all(sent);
}

async function record(serverUrl, token) {
  const body = { externalId: randomUUID(), startedAt: new Date().toISOString(), durationMs: 1000 };
  const answer = await send(serverUrl, 'POST', '/v1/recordings', { token, body });
  if (answer.status !== 201) throw new Error(`POST /v1/recordings answered ${answer.status}`);
  return answer.milliseconds;
}

module.exports = { signUpTenants, whileIngesting };
