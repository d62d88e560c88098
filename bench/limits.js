// What the machine allows here, beside all other figures: fdatasync of a file, and commits of one row by one and by 16
// connections, as pgbench would count them. `npm run bench -- limits [--seconds 3]`
const fs = require('node:fs');
const path = require('node:path');
const { tmpdir } = require('node:os');
const { startDatabases, withClient } = require('./support/bench-database');

const BLOCK = Buffer.alloc(8192, 1); // a page of the write-ahead log

async function run(options = {}) {
  const seconds = Number(options.seconds ?? 3);
  const databases = await startDatabases();
  try {
    const url = await databases.create('bench_limits');
    await withClient(url, (client) =>
      client.query('CREATE TABLE bench_rows (id bigserial, at text)'),
    );
    return {
      fdatasyncPerSecond: syncsPerSecond(seconds),
      commitsPerSecondOfOne: await commitsPerSecond(url, 1, seconds),
      commitsPerSecondOf16: await commitsPerSecond(url, 16, seconds),
    };
  } finally {
    await databases.stop();
  }
}

function syncsPerSecond(seconds) {
  const directory = fs.mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
  const file = fs.openSync(path.join(directory, 'log'), 'w');
  const endsAt = performance.now() + seconds * 1000;
  let count = 0;
  for (; performance.now() < endsAt; count += 1) {
    fs.writeSync(file, BLOCK);
    fs.fdatasyncSync(file);
  }
  fs.closeSync(file);
  fs.rmSync(directory, { recursive: true });
  return Math.round(count / seconds);
}

async function commitsPerSecond(url, connections, seconds) {
  const endsAt = performance.now() + seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: connections }, () =>
      withClient(url, (client) => commitUntil(client, endsAt)),
    ),
  );
  return Math.round(counts.reduce((sum, count) => sum + count, 0) / seconds);
}

async function commitUntil(client, endsAt) {
  let count = 0;
  for (; performance.now() < endsAt; count += 1)
    await client.query({
      name: 'insert',
      text: 'INSERT INTO bench_rows (at) VALUES ($1)',
      values: ['now'],
    });
  return count;
}

module.exports = { run };
