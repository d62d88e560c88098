import { spawnSync } from 'node:child_process';
import { createWebhookSecret, signWebhook } from '../../src/modules/webhooks/webhook-signatures';

/** Runs the sample of docs/events.md. @returns the last line of its error; empty: it has taken the webhook */
function verifyInPython(secret: string, headers: object, body: string): string {
  const program =
    'import json, sys; from verify_webhook import verify_webhook; ' +
    'given = json.load(sys.stdin); ' +
    'verify_webhook(given["secret"], given["headers"], given["body"].encode())';
  const input = JSON.stringify({ secret, headers, body });
  const options = { cwd: 'docs/events', input, encoding: 'utf8' as const };
  const { stderr, status } = spawnSync('python3', ['-B', '-c', program], options);
  return status === 0 ? '' : (stderr.trim().split('\n').at(-1) ?? 'no error');
}

it('the sample in Python takes what this server signs, and nothing else', () => {
  const secret = createWebhookSecret();
  const body = '{"name":"Ämilie"}';
  const sign = (at: Date) => signWebhook([createWebhookSecret(), secret], { id: 'id', body, at });
  const headers = sign(new Date());
  expect(verifyInPython(secret, headers, body)).toBe('');
  expect(verifyInPython(secret, headers, `${body} `)).toContain('not signed');
  expect(verifyInPython(createWebhookSecret(), headers, body)).toContain('not signed');
  expect(verifyInPython(secret, sign(new Date(Date.now() - 301_000)), body)).toContain('too old');
});
