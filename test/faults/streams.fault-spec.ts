import { setTimeout as pause } from 'node:timers/promises';
import { Tenantry } from '@tenantry/client';
import type { Customer } from '../support/customers';
import { until } from '../support/until';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { scenario, since } from './support/scenario';

const BUSINESSES = 10;
const STREAMS_EACH = 20;
const CHANGES_EACH = 40;

let deployment: Deployment;
beforeEach(async () => {
  deployment = await Deployment.start({ replicas: 3, customers: BUSINESSES });
});
afterEach(() => deployment.stop());

/** A client that knows all replicas, and asks the next one at each try. */
class Follower {
  readonly sequences: number[] = [];
  tries = 0;
  private readonly left = new AbortController();
  private readonly following: Promise<void>;

  constructor(
    readonly customer: Customer,
    private turn: number,
  ) {
    this.following = this.follow();
  }

  async leave(): Promise<void> {
    this.left.abort();
    await this.following;
  }

  private async follow(): Promise<void> {
    const send = (path: string, init?: RequestInit) => {
      this.tries += 1;
      return fetch(`${deployment.url((this.turn += 1))}${path}`, init);
    };
    const client = new Tenantry({
      baseUrl: '',
      token: this.customer.token,
      fetch: send as typeof fetch,
    });
    try {
      for await (const { sequence } of client.events({ after: 0, signal: this.left.signal }))
        this.sequences.push(sequence);
    } catch (error) {
      if (!this.left.signal.aborted) throw error;
    }
  }
}

/** A change of each business again and again, at a replica that is there. */
async function changeAll(isThere: (turn: number) => boolean): Promise<void> {
  const client = new HttpClient();
  const change = async ({ token }: Customer, number: number) => {
    for (let turn = number; ; turn += 1) {
      if (!isThere(turn)) continue;
      const url = `${deployment.url(turn)}/v1/business`;
      const body = { name: `Acme ${number}` };
      const answer = await client.send('PATCH', url, { token, body }).catch(() => null);
      if (answer?.status === 200) return;
      await pause(20);
    }
  };
  for (let number = 0; number < CHANGES_EACH; number += 1)
    await Promise.all(deployment.customers.map((customer) => change(customer, number)));
  client.close();
}

async function listLast(): Promise<Map<string, number>> {
  const rows = await deployment.cluster.query<{ id: string; last: number }>(
    'SELECT business_id AS id, max(sequence)::integer AS last FROM events GROUP BY business_id',
  );
  return new Map(rows.map(({ id, last }) => [id, last]));
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('streams', () => {
  scenario(
    'a replica of three is killed under 200 of them: nothing is missing, nothing comes twice',
    async ({ random, note }) => {
      const followers = deployment.customers.flatMap((customer) =>
        Array.from({ length: STREAMS_EACH }, (_, turn) => new Follower(customer, turn)),
      );
      await until('each stream has begun', () =>
        followers.every(({ sequences }) => sequences.length > 0),
      );
      let isKilled = false;
      const changing = changeAll((turn) => !isKilled || turn % 3 !== 0);
      await pause(random.between(100, 1_000));
      isKilled = true;
      const killedAt = performance.now();
      const triesBefore = followers.reduce((sum, { tries }) => sum + tries, 0);
      await deployment.servers[0]!.stop('SIGKILL');
      await changing;
      const last = await listLast();
      const lastOf = ({ customer }: Follower) => last.get(customer.business.id)!;
      await until('each stream has the last event', () =>
        followers.every((each) => each.sequences.at(-1) === lastOf(each)),
      );
      const events = [...last.values()].reduce((sum, each) => sum + each, 0);
      const tries = followers.reduce((sum, each) => sum + each.tries, 0);
      note({
        events,
        'tries after the kill': tries - triesBefore,
        'all after ms': since(killedAt),
      });
      const wrong = followers.filter(
        (each) => String(each.sequences) !== String(upTo(lastOf(each))),
      );
      expect(wrong).toHaveLength(0);
      await Promise.all(followers.map((each) => each.leave()));
    },
  );
});
