// Recordings per second with 1 to 256 connections, with shared flushes and with one statement each; and a chart of it
// in docs/throughput.svg. `npm run bench -- concurrency [--seconds 3] [--rounds 3]`
const fs = require('node:fs');
const path = require('node:path');
const { signUp, startServerWithRivals } = require('./support/bench-server');
const { lineChart } = require('./support/chart');
const { measure } = require('./support/load');

const CONNECTIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const SIDES = {
  'shared flushes': '/v1/recordings',
  'one statement each': '/bench/single-statement',
  'an ORM’s way': '/bench/plain-way',
};

async function run(options = {}) {
  const seconds = Number(options.seconds ?? 3);
  const rounds = Number(options.rounds ?? 3);
  const server = await startServerWithRivals();
  try {
    const results = await measureAll(
      server.url,
      (await signUp(server.url)).apiKey.key,
      seconds,
      rounds,
    );
    draw(results);
    return results;
  } finally {
    await server.stop();
  }
}

async function measureAll(url, token, seconds, rounds) {
  const results = Object.fromEntries(Object.keys(SIDES).map((side) => [side, {}]));
  for (const connections of CONNECTIONS)
    for (let round = 0; round < rounds; round += 1)
      for (const [side, route] of Object.entries(SIDES)) {
        const { perSecond } = await measure({ url, route, tokens: [token], connections, seconds });
        (results[side][connections] ??= []).push(Math.round(perSecond));
        process.stderr.write(`  ${connections} connections, ${side}: ${Math.round(perSecond)}/s\n`);
      }
  return results;
}

function draw(results) {
  const lines = Object.entries(results).map(([name, byConnections]) => ({
    name,
    points: Object.entries(byConnections).map(([connections, all]) => [
      Number(connections),
      median(all),
    ]),
  }));
  const chart = lineChart({
    title: 'Recordings per second on one hot tenant',
    x: 'connections',
    lines,
  });
  fs.writeFileSync(path.join(__dirname, '..', 'docs', 'throughput.svg'), chart);
}

function median(numbers) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

module.exports = { run };
