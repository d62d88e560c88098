// `npm run bench [-- name [--option value]]`: measures side by side in one run, prints, and writes bench/results/<name>.json.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const benches = {
  console: './console',
  events: './events',
  limits: './limits',
  login: './login',
  newcomer: './newcomer',
  migrate: './migrate',
  recordings: './recordings',
  profile: './profile',
  concurrency: './concurrency',
  reads: './reads',
  entitlements: './entitlements',
  usage: './usage',
  soak: './soak',
  start: './start',
  renewal: './renewal',
  'renewal-against': './renewal-against',
  webhooks: './webhooks',
};
// Full measurements take minutes; these options shrink them.
const options = {
  against: { type: 'string' },
  subscriptions: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  tenants: { type: 'string' },
  recordings: { type: 'string' },
  requests: { type: 'string' },
};

async function main(given) {
  const { positionals: names, values } = parseArgs({
    args: given,
    options,
    allowPositionals: true,
  });
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    if (!benches[name])
      throw new Error(`there is no bench ${name}; there are: ${Object.keys(benches).join(', ')}`);
    process.stderr.write(`bench ${name} …\n`);
    const results = await require(benches[name]).run(values);
    const machine = { node: process.version, cores: os.cpus().length, cpu: os.cpus()[0]?.model };
    const report = { bench: name, at: new Date().toISOString(), machine, results };
    const file = path.join(__dirname, 'results', `${name}.json`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    console.log(JSON.stringify(report, null, 2));
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
