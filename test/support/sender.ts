import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { until } from './until';

/** Sends the thing of this id, to the server of this number. */
export type Send = (id: string, server: number) => Promise<Response>;

/**
 * A client that sends one thing after the other, each once more where no answer came, to the next server, and remembers
 * what was acknowledged.
 */
export class Sender {
  readonly acknowledged: string[] = [];
  /** Sent, and never answered. */
  readonly uncertain: string[] = [];
  readonly unexpected: string[] = [];
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly number: number,
    private readonly send: Send,
    /** Sent before every third, without waiting for the answer. */
    private readonly hangUp?: (id: string) => Promise<void>,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let count = 0; !this.isStopped; count += 1) {
      const id = `sent-${newId()}`;
      if (count % 3 === 0) await this.hangUp?.(id);
      await this.sendTwice(id, this.number + count);
    }
  }

  private async sendTwice(id: string, server: number): Promise<void> {
    const answer = (await this.attempt(id, server)) ?? (await this.attempt(id, server + 1));
    if (!answer) this.uncertain.push(id);
    else if (answer.status === 201 || answer.status === 200) this.acknowledged.push(id);
    else this.unexpected.push(`${answer.status} ${answer.text}`);
  }

  /** @returns null without an answer, and where the server is too busy: 503 */
  private async attempt(id: string, server: number): Promise<Response | null> {
    const answer = await this.send(id, server).catch(() => null);
    return answer?.status === 503 ? null : answer;
  }
}

export async function untilEachSent(senders: Sender[], more: number): Promise<void> {
  const before = senders.map(({ acknowledged }) => acknowledged.length);
  await until(`each has sent ${more} more`, () =>
    senders.every(({ acknowledged }, index) => acknowledged.length >= before[index]! + more),
  );
}

/** What was acknowledged is stored, and nothing is stored twice or unasked. @param stored the ids that are */
export function expectExact(senders: Sender[], stored: string[]): void {
  const all = (ids: (sender: Sender) => string[]) => senders.flatMap(ids);
  expect(all(({ unexpected }) => unexpected)).toEqual([]);
  const uncertain = new Set(all((sender) => sender.uncertain));
  const certain = stored.filter((id) => !uncertain.has(id));
  expect(certain.sort()).toEqual(all(({ acknowledged }) => acknowledged).sort());
  expect(new Set(stored).size).toBe(stored.length);
}
