import type { Response } from 'supertest';
import type {
  BatchResponse,
  RecordingResponse,
  CreatedRecordingResponse,
} from '../../../src/product/recordings/dto/recording.responses';
import { aRecording, type Customer } from '../../support/customers';
import type { TestApplication } from '../../support/test-application';

type Poster = Pick<TestApplication, 'post'>;

/** Sends a recording as the SDK does. */
export async function sendRecording(
  server: Poster,
  { key }: Pick<Customer, 'key'>,
  recording: object = aRecording(),
): Promise<Response> {
  return server.post('/v1/recordings', key, recording);
}

/** Sends a recording that is stored. */
export async function storeRecording(
  server: Poster,
  customer: Pick<Customer, 'key'>,
  changes: object = {},
): Promise<CreatedRecordingResponse> {
  const response = await sendRecording(server, customer, aRecording(changes));
  if (response.status !== 201)
    throw new Error(`a recording was answered with ${response.status}: ${response.text}`);
  return response.body as CreatedRecordingResponse;
}

/** What became of an item of a batch: one of the two is there. */
export interface BatchResult {
  status: number;
  recording?: RecordingResponse;
  problem?: object;
}

/** Stores so many recordings, the quick way: in batches. @returns their external ids */
export async function storeRecordings(
  server: Poster,
  { key }: Pick<Customer, 'key'>,
  count: number,
): Promise<string[]> {
  const recordings = Array.from({ length: count }, () => aRecording());
  const response = await server.post('/v1/recordings/batch', key, { recordings });
  const { results } = response.body as BatchResponse;
  const refused = results.find(({ status }) => status !== 201);
  if (refused) throw new Error(`a recording of a batch was refused: ${JSON.stringify(refused)}`);
  return recordings.map(({ externalId }) => String(externalId));
}

/** Sends one recording after the other, until stopped; a recording that is not stored is an error. */
export class RecordingLane {
  /** How many were stored so far. */
  stored = 0;
  /** The ends of the periods that they were told to count in. */
  readonly periodEnds = new Set<string>();
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(server: Poster, customer: Pick<Customer, 'key'>) {
    this.running = this.run(server, customer);
  }

  /** @returns how many were stored */
  async stop(): Promise<number> {
    this.isStopped = true;
    await this.running;
    return this.stored;
  }

  private async run(server: Poster, customer: Pick<Customer, 'key'>): Promise<void> {
    while (!this.isStopped) {
      const { usage } = await storeRecording(server, customer);
      this.periodEnds.add(usage.resetsAt!); // the quota resets with the period
      this.stored += 1;
    }
  }
}
