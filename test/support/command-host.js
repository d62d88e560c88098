// A process that has loaded the built commands and runs them one after the other, each with its own parameters,
// environment, folder and input: a process for each command takes a second to load. Started by command-line.ts.
const { Readable } = require('node:stream');
const { runCommandLine } = require('../../dist/src/cli/run-command-line.js');

async function run({ parameters, environment, directory, input }) {
  process.chdir(directory);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  const stdin = Readable.from([Buffer.from(input)]);
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  const outputs = { stdout: '', stderr: '' };
  const restore = Object.keys(outputs).map((name) => capture(name, outputs));
  const code = await runCommandLine([process.execPath, 'cli', ...parameters]);
  restore.forEach((undo) => undo());
  return { code, ...outputs };
}

function capture(name, outputs) {
  const { write } = process[name];
  process[name].write = (chunk) => {
    outputs[name] += chunk;
    return true;
  };
  return () => (process[name].write = write);
}

process.on('message', (call) => void run(call).then((outcome) => process.send(outcome)));
