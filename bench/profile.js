// Where the processor time of a request goes in the server: `npm run bench -- profile [--requests 5000]`.
// Microseconds of one machine: compare the shares.
const path = require('node:path');
const { signUp, startServerWithRivals } = require('./support/bench-server');
const { measure } = require('./support/load');

const PRELOADED = path.join(__dirname, 'support', 'profiled.js');
/** The first that matches names the part; by function, then by file. */
const PARTS = [
  ['idle', ({ name }) => name === '(idle)'],
  ['the profiler', ({ name, url }) => name === 'dispatch' && url === ''],
  ['garbage collection', ({ name }) => name === '(garbage collector)'],
  [
    'writing to sockets',
    ({ name }) => /^(writev|writeBuffer|writeUtf8String|writeLatin1String|shutdown)$/.test(name),
  ],
  [
    'native code and V8',
    ({ name, url }) => name === '(program)' || (url === '' && name !== '(root)'),
  ],
  [
    'parsing and printing JSON',
    ({ name, url }) => /strict-json|secure-json/.test(url) || /^(parse|stringify)$/.test(name),
  ],
  ['RxJS', file('/rxjs/')],
  ['Nest', file('/@nestjs/')],
  [
    'Fastify',
    file('/fastify/', '/find-my-way/', '/avvio/', '/light-my-request/', '/fast-json-stringify/'),
  ],
  [
    'validation',
    file(
      'class-validator',
      'class-transformer',
      'validation.js',
      'compiled-rules',
      'fields.js',
      'vanishing-numbers',
    ),
  ],
  ['log', file('/pino/', 'sonic-boom', 'logging/')],
  [
    'pg and TypeORM',
    file('/pg/', '/pg-protocol/', '/pg-pool/', '/typeorm/', '/pg-types/', 'platform/database/'),
  ],
  ['metrics', file('prom-client', 'platform/metrics')],
  ['access and rate limit', file('modules/access', 'platform/rate-limit', 'rate-limiter-flexible')],
  ['traces and context', file('opentelemetry', 'trace', 'async_hooks', 'log-scope')],
  ['rules of the edge', file('platform/http/')],
  ['recordings, their queue and flush', file('product/recordings', 'modules/usage')],
  [
    'Node: HTTP and streams',
    file(
      'node:_http',
      'node:internal/http',
      'node:net',
      'node:internal/stream',
      'node:events',
      'node:http',
    ),
  ],
  ['Node: the rest', file('node:')],
  ['the rest of the server', () => true],
];

function file(...parts) {
  return ({ url }) => parts.some((part) => url.includes(part));
}

async function run(options = {}) {
  const amount = Number(options.requests ?? 5000);
  const server = await startServerWithRivals({ NODE_OPTIONS: `--require ${PRELOADED}` });
  try {
    const { apiKey, session } = await signUp(server.url);
    const loads = {
      'POST /v1/recordings': { route: '/v1/recordings', tokens: [apiKey.key] },
      'GET /v1/me': { route: '/v1/me', tokens: [session.token], method: 'GET' },
    };
    const results = {};
    for (const [name, load] of Object.entries(loads))
      results[name] = await profile(server, { ...load, url: server.url, connections: 64 }, amount);
    return results;
  } finally {
    await server.stop();
  }
}

async function profile(server, load, amount) {
  await measure({ ...load, amount }); // warm
  await server.ask('profile');
  await measure({ ...load, amount });
  const { functions } = await server.ask('profile');
  return summarize(functions, amount);
}

function summarize(functions, amount) {
  const parts = {};
  const largest = new Map();
  for (const each of functions) {
    const [part] = PARTS.find(([, holds]) => holds(each));
    if (part === 'idle' || part === 'the profiler') continue;
    parts[part] = (parts[part] ?? 0) + each.microseconds;
    const name = `${each.name} ${each.url.split('/').slice(-2).join('/')}`;
    largest.set(name, (largest.get(name) ?? 0) + each.microseconds);
  }
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const show = ([name, microseconds]) => [
    name,
    `${(microseconds / amount).toFixed(1)} µs, ${((100 * microseconds) / total).toFixed(1)} %`,
  ];
  const descending = (entries) => [...entries].sort((one, other) => other[1] - one[1]);
  return {
    microsecondsARequest: Math.round(total / amount),
    parts: Object.fromEntries(descending(Object.entries(parts)).map(show)),
    largest: Object.fromEntries(descending(largest).slice(0, 40).map(show)),
  };
}

module.exports = { run };
