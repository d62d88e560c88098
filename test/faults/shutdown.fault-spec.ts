import { setTimeout as pause } from 'node:timers/promises';
import { aRecording } from '../support/customers';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { Ledger } from './support/ledger';
import { Load } from './support/load';
import { scenario, since } from './support/scenario';

const EXIT_LIMIT_MS = 30_000;
const ROUNDS = 2;
const LANES = 8;

let deployment: Deployment;
beforeEach(async () => {
  deployment = await Deployment.start({ replicas: 2 });
});
afterEach(() => deployment.stop());

/** @returns how long it took to end in order */
async function terminate(index: number): Promise<number> {
  const startedAt = performance.now();
  expect(await deployment.servers[index]!.stop('SIGTERM')).toBe(0);
  return since(startedAt);
}

/** A client that knows both replicas: it takes turns, and asks the other one once where a request fails. */
class TurnTaker {
  readonly ledger = new Ledger();
  readonly errors: string[] = [];
  retries = 0;
  private readonly client = new HttpClient();
  private isStopped = false;
  private readonly running = Promise.all(
    Array.from({ length: LANES }, (_, lane) => this.run(lane)),
  );

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    this.client.close();
  }

  private async run(lane: number): Promise<void> {
    for (let turn = lane; !this.isStopped; turn += 1) {
      const recording = aRecording();
      this.ledger.sent.add(String(recording.externalId));
      if (!(await this.attempt(recording, turn, lane))) {
        this.retries += 1;
        if (!(await this.attempt(recording, turn + 1, lane)))
          this.errors.push(String(recording.externalId));
      }
      await pause(5);
    }
  }

  private async attempt(
    recording: Record<string, unknown>,
    turn: number,
    lane: number,
  ): Promise<boolean> {
    const { key } = deployment.customers[lane % 2]!;
    try {
      const answer = await this.client.post(
        `${deployment.url(turn)}/v1/recordings`,
        key,
        recording,
      );
      return this.ledger.take(String(recording.externalId), answer);
    } catch {
      this.ledger.unanswered += 1;
      return false;
    }
  }
}

describe('SIGTERM', () => {
  scenario('under load ends the process in order', async ({ random, note }) => {
    const { customers } = deployment;
    const load = new Load({ customers, random, target: () => deployment.url(0), lanes: 32 });
    await load.untilMore(200);
    await pause(random.between(0, 500));
    const exitMs = await terminate(0);
    await deployment.startAgain(0);
    await load.untilMore(100);
    const ledger = await load.stop();

    note({ 'exit ms': exitMs });
    await expectExact(deployment, ledger, note);
    expect(exitMs).toBeLessThanOrEqual(EXIT_LIMIT_MS);
  });

  scenario('replica after replica, under clients with one retry, is not noticed', async (run) => {
    const clients = new TurnTaker();
    const exitsMs: number[] = [];
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      await pause(run.random.between(200, 800));
      exitsMs.push(await terminate(round % 2));
      await deployment.startAgain(round % 2);
    }
    await pause(300);
    await clients.stop();

    const { errors, retries, ledger } = clients;
    run.note({ errors: errors.length, retries, 'exit ms': Math.max(...exitsMs) });
    expect(errors).toEqual([]);
    await expectExact(deployment, ledger, run.note);
  });
});
