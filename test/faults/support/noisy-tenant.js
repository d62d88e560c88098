// A process of one noisy tenant for the scenario of that name: `node noisy-tenant.js <url> <kind> <credential>` asks over
// 40 connections until SIGTERM, waits for the answers that are due, and prints as JSON what it heard. A process of its
// own, so that its work does not delay the clients that are measured.
const { randomUUID } = require('node:crypto');
const http = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const CONNECTIONS = 40;
const RECORDINGS_OF_A_BATCH = 100;
/** Far sooner than Retry-After asks for, and the server keeps a core. */
const PAUSE_AFTER_REFUSAL_MS = 50;
const PAGES = ['recordings', 'usage', 'audit-log', 'me', 'usage/recordings/explain'];

const [url, kind, credential] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const told = { heard: {}, sent: [], acknowledged: [] };
let isOver = false;
let count = 0;

const requests = {
  pages: () => ({ method: 'GET', path: `/v1/${PAGES[(count += 1) % PAGES.length]}` }),
  batches() {
    const recordings = Array.from({ length: RECORDINGS_OF_A_BATCH }, () => ({
      externalId: `noisy-${process.pid}-${(count += 1)}`,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1000,
    }));
    told.sent.push(...recordings.map(({ externalId }) => externalId));
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const body = JSON.stringify({ recordings });
    return { method: 'POST', path: '/v1/recordings/batch', headers, body };
  },
};

function note(what) {
  told.heard[what] = (told.heard[what] ?? 0) + 1;
}

function read({ statusCode, headers }, text) {
  const isHonest = statusCode < 300 || Number(headers['retry-after']) > 0;
  note(isHonest ? `${statusCode}` : `${statusCode} without Retry-After`);
  if (kind !== 'batches' || statusCode >= 300) return;
  for (const { status, recording } of JSON.parse(text).results)
    if (status === 201) told.acknowledged.push(recording.externalId);
    else note(`${status} in a batch`);
}

/** @returns whether it was served */
function ask(agent, { method, path, headers, body }) {
  return new Promise((resolve) => {
    const all = { authorization: `Bearer ${credential}`, ...headers };
    const sent = http.request({ hostname, port, method, path, agent, headers: all }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      answer.on('end', () => {
        read(answer, text);
        resolve(answer.statusCode < 300);
      });
    });
    sent.on('error', ({ code }) => {
      note(code);
      resolve(false);
    });
    sent.end(body);
  });
}

async function lane() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) if (!(await ask(agent, requests[kind]()))) await pause(PAUSE_AFTER_REFUSAL_MS);
  agent.destroy();
}

process.on('SIGTERM', () => (isOver = true));
void Promise.all(Array.from({ length: CONNECTIONS }, lane)).then(() =>
  process.stdout.write(JSON.stringify(told)),
);
