// From the start of a production process to its line that it is ready, on a migrated database: `npm run bench -- start
// [--rounds 7]`
const { once } = require('node:events');
const { execFileSync, spawn } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { startDatabases } = require('./support/bench-database');
const { spread } = require('./support/statistics');

const root = path.join(__dirname, '..');
const server = path.join(root, 'dist', 'server.js');
const TICK_MS = 10;

async function run(options = {}) {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'bundle.js')]);
  const databases = await startDatabases();
  const directory = mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
  try {
    const environment = settingsOf(await databases.create('bench_start'), directory);
    await start(environment); // migrates
    const starts = [];
    for (let round = 0; round < Number(options.rounds ?? 7); round += 1)
      starts.push(await start(environment));
    return {
      readyMs: spread(starts.map(({ readyMs }) => readyMs)),
      processorMs: spread(starts.map(({ processorMs }) => processorMs)),
    };
  } finally {
    await databases.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function settingsOf(databaseUrl, directory) {
  return {
    ...{ PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0' },
    ...{ DATABASE_URL: databaseUrl, DATA_DIR: directory, APP_URL: 'https://app.example' },
    ...{ SECRET_KEY: 'a secret of the bench, long enough to be taken' },
    ...{ SMTP_URL: 'smtp://127.0.0.1:2525', MAIL_FROM: 'bench@app.example' },
  };
}

async function start(env) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', server], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) if (/ready/.test((printed += chunk))) break;
  if (!/ready/.test(printed)) throw new Error(`the server did not start: ${printed}`);
  const readyMs = performance.now() - startedAt;
  const processorMs = processorMsOf(child.pid);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { readyMs, processorMs };
}

/** Linux tells it in hundredths of a second. */
function processorMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

module.exports = { run };
