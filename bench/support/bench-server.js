// A temporary database and server, as built.
const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { once } = require('node:events');
const { mkdtempSync, openSync, closeSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const LIMITS_OFF = require('../../test/support/limits-off.json');

const PASSWORD = 'correct horse battery staple';
const entry = path.join(__dirname, '..', '..', 'dist', 'src', 'main.js');

async function startServer(environment = {}, main = entry) {
  const directory = mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
  const settings = {
    DATA_DIR: directory,
    PORT: '0',
    ...LIMITS_OFF,
    RATE_LIMIT_REQUESTS: '1000000', // counted as by default, and never reached
  };
  const log = path.join(directory, 'server.log');
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, ['--expose-gc', main], {
    env: { PATH: process.env.PATH, ...settings, ...environment },
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
  closeSync(output);
  const url = await announcedUrl(child, log);
  const ask = (question) => answerOf(child, question);
  return { url, ask, usage: () => ask('usage'), stop: () => stop(child, directory) };
}

/** What the server's own preloaded script answers: `bench-main.js`, `report-usage.js`, `profiled.js`. */
async function answerOf(child, question) {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

/** The log goes to a file, as by default: a pipe that is read here would take this process's time. */
async function announcedUrl(child, log) {
  for (;;) {
    const printed = readFileSync(log, 'utf8');
    const url = /ready: (http:\S+)/.exec(printed)?.[1];
    if (url) return url;
    if (child.exitCode !== null)
      throw new Error(`the server ended before it was ready: ${printed}`);
    await delay(20);
  }
}

async function stop(child, directory) {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  rmSync(directory, { recursive: true, force: true });
}

/**
 * The server with the rivals beside its own routes (bench-main.js). Password hashing is cheap: it is not measured here.
 */
function startServerWithRivals(environment = {}) {
  const main = path.join(__dirname, 'bench-main.js');
  return startServer({ BCRYPT_COST: '4', ...environment }, main);
}

/** Signs up a business. @returns the answer, with the owner's address */
async function signUp(url) {
  const email = `owner-${randomUUID()}@bench.example`;
  const body = { businessName: 'Bench', fullName: 'Ada Lovelace', email, password: PASSWORD };
  const answer = await send(url, 'POST', '/v1/auth/signup', { body });
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}`);
  return { ...answer.body, email };
}

/** Sends JSON and returns status, body and duration. */
async function send(url, method, route, { token, body } = {}) {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const startedAt = performance.now();
  const response = await fetch(url + route, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text ? JSON.parse(text) : null,
    milliseconds: performance.now() - startedAt,
  };
}

/** The value below which this share of the numbers lies. */
function quantile(numbers, share) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

module.exports = { startServer, startServerWithRivals, signUp, send, quantile, PASSWORD };
