import { setTimeout as pause } from 'node:timers/promises';
import type { Customer } from '../../support/customers';
import { readCount } from '../../support/subscriptions';
import { runCommand } from './command';
import type { Deployment } from './deployment';
import { HttpClient, type TimedAnswer } from './http-client';
import type { Ledger } from './ledger';
import type { Run } from './scenario';

/** After every fault: nothing lost, duplicated or invented, every counter equal to its rows. */
export async function expectExact(
  deployment: Deployment,
  ledger: Ledger,
  note: Run['note'],
): Promise<void> {
  const { cluster, customers } = deployment;
  const rows = await cluster.query<{ id: string }>('SELECT external_id AS id FROM recordings');
  const stored = new Set(rows.map(({ id }) => id));
  const lost = [...ledger.acknowledged].filter((id) => !stored.has(id)).length;
  const duplicated = rows.length - stored.size;
  note({ acknowledged: ledger.acknowledged.size, lost, duplicated, answers: ledger.tally });
  expect({ lost, duplicated }).toEqual({ lost: 0, duplicated: 0 });
  expect([...stored].filter((id) => !ledger.sent.has(id))).toEqual([]);
  for (const customer of customers) await expectCounted(deployment, customer);
  const { unequal } = await runCommand<{ unequal: unknown[] }>(cluster.url, 'usage:verify');
  expect(unequal).toEqual([]);
  expect(ledger.offences).toEqual([]);
}

async function expectCounted(deployment: Deployment, { business, token }: Customer): Promise<void> {
  const { counter, rows } = await readCount(deployment.cluster, business.id);
  expect(counter).toBe(rows);
  const client = new HttpClient();
  const verified = await untilAdmitted(() =>
    client.get(`${deployment.url()}/v1/usage/recordings/verify`, token),
  );
  client.close();
  expect(JSON.parse(verified.text)).toEqual({ counter, rows, equal: true });
}

/** A customer who has just been the noisy one has no requests left in this minute. */
async function untilAdmitted(ask: () => Promise<TimedAnswer>): Promise<TimedAnswer> {
  const answer = await ask();
  if (answer.status !== 429) return answer;
  await pause(Number(answer.headers['retry-after']) * 1_000);
  return untilAdmitted(ask);
}
