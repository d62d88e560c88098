// A process of strangers for the scenario of that name: `node strangers.js <url> <kind> <key>` knocks until SIGTERM, then
// prints what it heard as JSON. A process of its own, so that its work does not delay the clients that are measured.
const http = require('node:http');
const { connect } = require('node:net');

const [url, kind, key] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const heard = {};
let isOver = false;

const note = (what) => (heard[what] = (heard[what] ?? 0) + 1);
const fields = (bytes) => {
  const parts = [];
  for (let at = 0, length = 2; length < bytes - 20; at += 1)
    length += parts[parts.push(`"f${at.toString(36)}":1`) - 1].length + 1;
  return Buffer.from(`{${parts.join()}}`);
};

function ask(agent, method, path, headers, body) {
  return new Promise((resolve) => {
    let isAnswered = false;
    const sent = http.request({ hostname, port, method, path, agent, headers }, (answer) => {
      note(answer.statusCode);
      isAnswered = true;
      answer.resume().on('end', resolve).on('error', resolve);
    });
    sent.on('error', (error) => {
      if (!isOver && !isAnswered) note(error.code); // behind an answer, the rest of a body may be cut
      resolve();
    });
    sent.end(body);
  });
}

async function lane(method, path, headers, body) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) await ask(agent, method, path, headers, body);
}

/** Sends a head and a part of the body, and waits. */
function unfinished(authorization) {
  const socket = connect(Number(port), hostname);
  const head = `POST /v1/recordings/batch HTTP/1.1\r\nhost: x\r\n${authorization}content-type: application/json\r\n`;
  socket.write(`${head}content-length: 2097152\r\n\r\n`);
  socket.write(Buffer.alloc(2_000_000, ' '));
  let isAnswered = false;
  socket.on('data', (bytes) => {
    const [, status] = /^HTTP\/1.1 (\d+)/.exec(bytes.toString()) ?? [];
    const [, code] = /"code":"(\w+)"/.exec(bytes.toString()) ?? [];
    note(status === '503' ? `503 ${code}` : status);
    isAnswered = true;
  });
  socket.on('error', (error) => isAnswered || note(error.code));
}

const json = { 'content-type': 'application/json' };
const lanes = (count, ...request) => Array.from({ length: count }, () => void lane(...request));
const kinds = {
  bodies() {
    lanes(4, 'POST', '/v1/recordings/batch', json, fields(2_000_000));
    lanes(4, 'POST', '/v1/auth/login', json, fields(250_000));
  },
  unfinished() {
    for (let each = 0; each < 250; each += 1) {
      unfinished('');
      unfinished(`authorization: Bearer ${key}\r\n`);
    }
  },
  document: () => lanes(60, 'GET', '/openapi.json', {}),
  webhooks() {
    const headers = { ...json, 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` };
    lanes(20, 'POST', '/v1/webhooks/stripe', headers, Buffer.alloc(100_000, ' '));
  },
  health: () => lanes(20, 'GET', '/health/ready', {}),
};

process.on('SIGTERM', () => {
  isOver = true;
  process.stdout.write(JSON.stringify(heard), () => process.exit(0));
});
kinds[kind]();
