// A newcomer's clock: a clone, `npm ci`, `npm start`, a sign-up on the first page, and recordings until the free plan
// refuses one, as fast as a script is. Needs Chromium and the registry. `npm run bench -- newcomer`
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { PASSWORD, send } = require('./support/bench-server');

const LIMIT_SECONDS = 180;

/** CHROMIUM, else /usr/bin/chromium. */
function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** @returns the API key that the page shows */
async function signUp(page, url) {
  await page.goto(`${url}/console/signup`);
  const email = `newcomer-${Date.now()}@bench.example`;
  const fields = { businessName: 'Acme', fullName: 'Ada Lovelace', email, password: PASSWORD };
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
  await page.click('button[type=submit]');
  return page.locator('.copyable code').first().innerText();
}

/** @returns how many recordings were sent, the refused one too */
async function recordUntilRefused(url, token) {
  for (let sent = 1; ; sent += 1) {
    const startedAt = new Date().toISOString();
    const body = { externalId: `first-${sent}`, startedAt, durationMs: 1_500 };
    const { status } = await send(url, 'POST', '/v1/recordings', { token, body });
    if (status === 402) return sent;
    if (status !== 201) throw new Error(`a recording was answered ${status}`);
  }
}

function clone(directory) {
  const source = path.join(__dirname, '..');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', source, directory]);
}

/** `npm start`. @returns the process, which leads a group of its own, and the address that it prints */
async function start(directory) {
  const env = { ...process.env, PORT: '0' };
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = spawn('npm', ['start'], { cwd: directory, env, stdio, detached: true });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /ready: (http:\S+)/.exec(printed)?.[1];
    if (url) return { child, url };
  }
  throw new Error(`the server ended before it was ready: ${printed}`);
}

async function stop(child) {
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await exited;
}

/** Seconds since the last call. */
function stopwatch() {
  let last = performance.now();
  return () => {
    const seconds = (performance.now() - last) / 1_000;
    last += seconds * 1_000;
    return Math.round(seconds * 10) / 10;
  };
}

async function run() {
  const directory = mkdtempSync(path.join(tmpdir(), 'tenantry-newcomer-'));
  const lap = stopwatch();
  clone(directory);
  const seconds = { clone: lap() };
  execFileSync('npm', ['ci'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  seconds.install = lap();
  const { child, url } = await start(directory);
  seconds.start = lap();
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const token = await signUp(page, url);
    seconds.signUp = lap();
    const sent = await recordUntilRefused(url, token);
    seconds.untilRefused = lap();
    const total = Object.values(seconds).reduce((sum, each) => sum + each, 0);
    return { limitSeconds: LIMIT_SECONDS, seconds, total, sent };
  } finally {
    await browser.close();
    await stop(child);
    rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { run, launch, signUp };
