/*
 * Replays each distinct request recorded by the payment tests to Stripe's own stripe-mock, and reports which parameters
 * it refuses. CONTRIBUTING.md says how to record the requests and start stripe-mock.
 *
 * node scripts/stripe-mock.js <file of requests> [http://127.0.0.1:12111]
 */
const { readFileSync } = require('node:fs');

const [file, base = 'http://127.0.0.1:12111'] = process.argv.slice(2);

/** Removes what differs by chance between requests of one kind. */
function kindOf({ method, path, params }) {
  const plain = (text) =>
    text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'uuid')
      .replace(/\b([a-z]+(?:_test)?)_[A-Za-z0-9]{20,}/g, '$1_id')
      .replace(/\d+/g, '0');
  const names = Object.keys(params).sort();
  return [method, plain(path), ...names.map((name) => `${name}=${plain(params[name])}`)].join(' ');
}

async function send({ method, path, params }) {
  const form = new URLSearchParams(params).toString();
  const isPost = method === 'POST';
  const response = await fetch(`${base}${path}${isPost || !form ? '' : `?${form}`}`, {
    method,
    headers: {
      authorization: 'Bearer sk_test_123',
      ...(isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(isPost ? { body: form } : {}),
  });
  const body = await response.json();
  return response.ok ? null : `${response.status} ${body.error?.message}`;
}

async function main() {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const kinds = new Map(lines.map((line) => JSON.parse(line)).map((one) => [kindOf(one), one]));
  let refused = 0;
  for (const [kind, request] of kinds) {
    const reason = await send(request);
    if (!reason) continue;
    refused += 1;
    console.log(`${kind}\n  → ${reason}`);
  }
  console.log(`${lines.length} requests of ${kinds.size} kinds, ${refused} refused`);
  process.exitCode = refused > 0 ? 1 : 0;
}

void main();
