import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment } from './deployment';
import { HttpClient } from './http-client';
import { since, type Run } from './scenario';

const HEARD_LIMIT_MS = 1_000;

/** A key that one replica has in memory is revoked on the other: it is refused everywhere within a second. */
export async function expectRevocationHeard(
  deployment: Deployment,
  note: Run['note'],
): Promise<void> {
  const client = new HttpClient();
  const { token } = deployment.customers[0]!;
  const made = await client.post(`${deployment.url(0)}/v1/api-keys`, token, { name: 'Short' });
  const { id, key } = JSON.parse(made.text) as { id: string; key: string };
  const ask = async (): Promise<number> =>
    (await client.get(`${deployment.url(1)}/v1/sdk/status`, key)).status;
  for (let count = 0; count < 5; count += 1) expect(await ask()).toBe(200);

  await client.send('DELETE', `${deployment.url(0)}/v1/api-keys/${id}`, { token });
  const revokedAt = performance.now();
  while ((await ask()) !== 401) {
    expect(since(revokedAt)).toBeLessThanOrEqual(2 * HEARD_LIMIT_MS);
    await pause(5);
  }
  const heardMs = since(revokedAt);
  client.close();
  note({ 'revocation heard ms': heardMs });
  expect(heardMs).toBeLessThanOrEqual(HEARD_LIMIT_MS);
}
