// Preloaded into a server: the message 'profile' begins a profile of its processor time, the next one ends it and
// sends the microseconds of each function, its children's left out.
const { Session } = require('node:inspector/promises');

const SAMPLE_EVERY_US = 200;
let session = null;

process.on('message', (message) => {
  if (message === 'profile') void (session ? end() : begin()); // others are another script's
});

async function end() {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  session = null;
  process.send({ functions: selfTimes(profile) });
}

async function begin() {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await session.post('Profiler.start');
  process.send({ begun: true });
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const microseconds = new Map();
  for (const [index, id] of samples.entries())
    microseconds.set(id, (microseconds.get(id) ?? 0) + timeDeltas[index]);
  return nodes.map(({ id, callFrame }) => ({
    name: callFrame.functionName,
    url: callFrame.url,
    microseconds: microseconds.get(id) ?? 0,
  }));
}
