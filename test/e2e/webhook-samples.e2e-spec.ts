import { readFileSync } from 'node:fs';
import { verifyWebhook } from '../../docs/events/verify-webhook';
import { createWebhookSecret, signWebhook } from '../../src/modules/webhooks/webhook-signatures';

const secret = createWebhookSecret();
const body = JSON.stringify({ type: 'member.joined', data: { name: 'Ämilie' } });

function sign(secrets: string[], at = new Date()): Record<string, string> {
  return signWebhook(secrets, { id: '019acf0e-6a3b-7c51-9d5e-0f4b8a6c2d10', body, at });
}

describe('the sample in TypeScript', () => {
  it('takes what this server signs, also during a rotation', () => {
    verifyWebhook(secret, sign([secret]), body);
    verifyWebhook(secret, sign([createWebhookSecret(), secret]), body);
  });

  it('refuses another secret, body, id or time', () => {
    const headers = sign([secret]);
    const [old, early] = [-301_000, 301_000].map((ms) => sign([secret], new Date(Date.now() + ms)));
    expect(() => verifyWebhook(createWebhookSecret(), headers, body)).toThrow('not signed');
    expect(() => verifyWebhook(secret, headers, `${body} `)).toThrow('not signed');
    expect(() => verifyWebhook(secret, { ...headers, 'webhook-id': 'x' }, body)).toThrow(
      'not signed',
    );
    expect(() => verifyWebhook(secret, old!, body)).toThrow('too old');
    expect(() => verifyWebhook(secret, early!, body)).toThrow('from the future');
    expect(() => verifyWebhook(secret, {}, body)).toThrow();
  });
});

it.each(['verify-webhook.ts', 'verify_webhook.py'])('docs/events.md shows %s as it is', (file) => {
  const page = readFileSync('docs/events.md', 'utf8');
  expect(page).toContain(readFileSync(`docs/events/${file}`, 'utf8'));
});
