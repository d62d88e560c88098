// `npm run bench [-- name]`: measures side by side in one run, prints, and writes bench/results/<name>.json.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const benches = { login: './login' };

async function main(names) {
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    if (!benches[name])
      throw new Error(`there is no bench ${name}; there are: ${Object.keys(benches).join(', ')}`);
    process.stderr.write(`bench ${name} …\n`);
    const results = await require(benches[name]).run();
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
