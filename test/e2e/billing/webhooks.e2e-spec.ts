import { newId } from '../../../src/common/ids';
import { WEBHOOK_SECRET } from '../../support/billing';
import { expectProblem, type Answer } from '../../support/problems';
import { sendRaw } from '../../support/raw-http';
import { statementsOf } from '../../support/statement-counter';
import { TestApplication } from '../../support/test-application';
import {
  anEvent,
  deliver,
  readInbox,
  sign,
  WEBHOOK_PATH,
  type Signed,
} from '../../support/webhooks';

// What is taken for an event of Stripe's, and what is not. No job runs here: an event is stored before it is answered.

const NEXT_SECRET = 'whsec_that_takes_over';
const LIMIT_BYTES = 1024 * 1024;
/** What a process sends itself. */
const HEARTBEAT = /pg_notify/;
/** As far ahead as is surely too early, though a request takes some of it up; the unit tests know the second. */
const TOO_EARLY_SECONDS = -330;

let server: TestApplication;

beforeAll(async () => {
  server = await TestApplication.start({
    stripeSecretKey: 'sk_test_of_the_tests',
    stripeWebhookSecrets: [WEBHOOK_SECRET, NEXT_SECRET],
    stripeApiBase: 'http://127.0.0.1:9', // no call is made
  });
});

afterAll(() => server.stop());

async function expectTaken(event: { id?: unknown }, delivery: Signed): Promise<void> {
  const answer = await deliver(server, delivery);
  expect([answer.status, answer.body]).toEqual([200, { received: event.id }]);
}

async function expectRefused(event: { id?: unknown }, answer: Answer): Promise<void> {
  expectProblem(answer, 400, 'webhook_signature_invalid');
  expect(await readInbox(server.database, [String(event.id)])).toEqual([]);
}

describe('POST /v1/webhooks/stripe', () => {
  it('stores an event before it answers, and nothing of it but ids', async () => {
    const object = { id: 'cus_1', object: 'customer', email: 'ada@example.com', name: 'Ada' };
    const event = anEvent({ type: 'customer.updated', data: { object } });
    await expectTaken(event, sign(server, event));
    expect(await readInbox(server.database, [String(event.id)])).toEqual([
      {
        ...{ id: event.id, type: 'customer.updated', objectId: 'cus_1', customerId: 'cus_1' },
        ...{ deliveries: 1, tries: 0, lastError: null, outcome: 'ignored' },
      },
    ]);
  });

  it('counts the deliveries of one event, which stays one', async () => {
    const event = anEvent();
    const delivery = sign(server, event);
    await Promise.all(Array.from({ length: 21 }, () => expectTaken(event, delivery)));
    const [stored, ...others] = await readInbox(server.database, [String(event.id)]);
    expect([stored?.deliveries, others]).toEqual([21, []]);
  });

  it('takes what either of two secrets has signed, while one takes over from the other', async () => {
    for (const secret of [WEBHOOK_SECRET, NEXT_SECRET]) {
      const event = anEvent();
      await expectTaken(event, sign(server, event, { secret }));
    }
  });

  it('takes a header with several signatures of which one fits', async () => {
    const event = anEvent();
    const { body, header } = sign(server, event);
    const stamp = header.slice(0, header.indexOf(','));
    const fitting = header.slice(header.indexOf(',') + 1);
    const several = [stamp, `v1=${'0'.repeat(64)}`, fitting, 'v0=whatever'].join(',');
    await expectTaken(event, { body, header: several });
  });

  it('takes one that is nearly 300 seconds old, or early', async () => {
    for (const ageSeconds of [280, -290]) {
      const event = anEvent();
      await expectTaken(event, sign(server, event, { ageSeconds }));
    }
  });
});

describe('a forgery', () => {
  it('signed with another secret is refused', async () => {
    const event = anEvent();
    await expectRefused(event, await deliver(server, sign(server, event, { secret: 'whsec_x' })));
  });

  it('costs no statement', async () => {
    const event = anEvent();
    const { body, header } = sign(server, event, { secret: 'whsec_x' });
    const { all } = await statementsOf(async () => {
      for (const given of [header, 't=1,v1=', header.replace('v1=', 'v0=')]) {
        const answer = await deliver(server, { body, header: given });
        expectProblem(answer, 400, 'webhook_signature_invalid');
      }
    });
    expect(all.filter((text) => !HEARTBEAT.test(text))).toEqual([]);
  });

  it('signed 301 seconds ago, or ahead of time, is refused', async () => {
    for (const ageSeconds of [301, TOO_EARLY_SECONDS]) {
      const event = anEvent();
      await expectRefused(event, await deliver(server, sign(server, event, { ageSeconds })));
    }
  });

  it('with a newer stamp over an old signature is refused', async () => {
    const event = anEvent();
    const { body, header } = sign(server, event, { ageSeconds: 4_000 });
    const [stamp] = sign(server, event).header.split(',');
    const renewed = header.replace(/^t=\d+/, stamp!);
    await expectRefused(event, await deliver(server, { body, header: renewed }));
  });

  it('reformatted is refused: the signature is of the bytes, not of their meaning', async () => {
    const event = anEvent();
    const { header } = sign(server, event);
    await expectRefused(event, await deliver(server, { body: JSON.stringify(event), header }));
  });

  it('with one byte changed, or one more, is refused', async () => {
    const event = anEvent();
    const { body, header } = sign(server, event);
    for (const forged of [body.replace('payout', 'Payout'), `${body} `, `${body}\n`])
      await expectRefused(event, await deliver(server, { body: forged, header }));
  });

  const odd: [string, (header: string) => string][] = [
    ['is empty', () => ''],
    ['has no stamp', (header) => header.replace(/^t=\d+,/, '')],
    ['has a stamp that is no number', (header) => header.replace(/^t=\d+/, 't=now')],
    ['has an endless stamp', (header) => header.replace(/^t=\d+/, `t=${'9'.repeat(400)}`)],
    ['has no signature', (header) => header.replace(/,.*$/, '')],
    ['has an empty signature', (header) => header.replace(/v1=.*$/, 'v1=')],
    ['has a signature of another scheme', (header) => header.replace('v1=', 'v0=')],
    ['has a shorter signature', (header) => header.slice(0, -1)],
    ['is something else', () => 'Bearer 0123456789'],
  ];

  it.each(odd)('whose header %s is refused', async (_, change) => {
    const event = anEvent();
    const { body, header } = sign(server, event);
    await expectRefused(event, await deliver(server, { body, header: change(header) }));
  });

  it('without a header is refused', async () => {
    const event = anEvent();
    await expectRefused(event, await server.post(WEBHOOK_PATH, undefined, event));
  });

  it('with two headers of which none fits is refused; one that is valid twice is taken', async () => {
    const event = anEvent();
    const { body, header } = sign(server, event);
    const forged = sign(server, event, { secret: 'whsec_x' }).header;
    const send = (...headers: string[]) =>
      sendRaw(server.url, {
        method: 'POST',
        path: WEBHOOK_PATH,
        headers: [
          ['content-type', 'application/json'],
          ...headers.map((value): [string, string] => ['stripe-signature', value]),
        ],
        body,
      });
    await expectRefused(event, await send(forged, forged));
    expect((await send(header, header)).status).toBe(200);
  });
});

describe('a body that is no event', () => {
  it.each(['', ' ', '{', 'null', '1', '"x"', '[]', '{}', '[null]', '{"id":"evt_1"}'])(
    '"%s" is refused, though it is signed',
    async (body) => {
      const answer = await deliver(server, sign(server, body));
      expectProblem(answer, 400, 'webhook_signature_invalid');
    },
  );

  const wrong: [string, object][] = [
    ['no id', { id: undefined }],
    ['an id that is no word', { id: 'evt_1; DROP TABLE webhook_inbox' }],
    ['an endless id', { id: 'e'.repeat(256) }],
    ['no type', { type: 7 }],
    ['no time', { created: 'yesterday' }],
    ['a time that no calendar has', { created: 1e300 }],
    ['a time in parts of seconds', { created: 1_800_000_000.5 }],
    ['a time before all', { created: -1e15 }],
  ];

  it.each(wrong)('%s: refused, though it is signed', async (_, changes) => {
    const answer = await deliver(server, sign(server, anEvent(changes)));
    expectProblem(answer, 400, 'webhook_signature_invalid');
  });

  it.each([null, undefined, 7, 'x', [], { object: null }, { object: [] }, { object: { id: 9 } }])(
    'with the data %j it is stored and ignored',
    async (data) => {
      const event = anEvent({ data });
      await expectTaken(event, sign(server, event));
      expect(await readInbox(server.database, [String(event.id)])).toMatchObject([
        { objectId: null, customerId: null, outcome: 'ignored' },
      ]);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'of the type %s is 415',
    async (type) => {
      const event = anEvent();
      const answer = await deliver(server, sign(server, event), type);
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(await readInbox(server.database, [String(event.id)])).toEqual([]);
    },
  );

  it('may have 1 MiB and not a byte more', async () => {
    const event = anEvent({ padding: '' });
    const bare = JSON.stringify(event).length;
    const filled = { ...event, padding: 'x'.repeat(LIMIT_BYTES - bare) };
    const exact = JSON.stringify(filled);
    expect(Buffer.byteLength(exact)).toBe(LIMIT_BYTES);
    await expectTaken(event, sign(server, exact));

    const answer = await deliver(server, sign(server, `${exact} `));
    expectProblem(answer, 413, 'body_too_large');
  });
});

describe('a type', () => {
  it.each([
    'invoice.created',
    'customer.created',
    'charge.succeeded',
    'radar.early_fraud_warning.created',
    `v2.core.thing.${newId()}`,
  ])('%s is stored and ignored', async (type) => {
    const event = anEvent({ type, data: { object: { id: 'x_1', customer: 'cus_1' } } });
    await expectTaken(event, sign(server, event));
    expect(await readInbox(server.database, [String(event.id)])).toMatchObject([
      { outcome: 'ignored', deliveries: 1 },
    ]);
  });
});
