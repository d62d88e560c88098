import type { Tenantry } from '../client.ts';
import { recordingCreateBatch } from '../generated/operations.ts';
import type { CreateRecordingRequest } from '../generated/schemas.ts';
import { OfflineQueue, type QueueEvent, type QueueOptions } from '../offline-queue.ts';
import type { QueueItem } from '../queue-storage.ts';
import { judgeResult } from '../queue-verdict.ts';

/** A recording without its id. */
export type NewRecording = Omit<CreateRecordingRequest, 'externalId'>;
export type RecorderOptions = Omit<QueueOptions<NewRecording>, 'send' | 'laneOf'>;
export type RecorderEvent = QueueEvent<NewRecording>;

/** Sends the recordings of an app: at once for its caller, and until the server has them. */
export class Recorder {
  private readonly queue: OfflineQueue<NewRecording>;

  /** @param client with an SDK key */
  constructor(client: Tenantry, options: RecorderOptions = {}) {
    const once = client.with({ retries: 0 }); // the queue repeats
    this.queue = new OfflineQueue({
      ...options,
      send: async (items, { keepalive }) => {
        const body = { recordings: items.map(toRequest) };
        const { results } = await once.call(recordingCreateBatch, { body }, { keepalive });
        return results.map((result) => judgeResult(result, ['wrong_application']));
      },
    });
  }

  /** How many are not sent yet. */
  get size(): number {
    return this.queue.size;
  }

  /** Returns at once. @returns the recording's externalId */
  record(recording: NewRecording): string {
    return this.queue.add(recording);
  }

  flush(): Promise<void> {
    return this.queue.flush();
  }

  /** After an upgrade, say: tries at once. */
  resume(): Promise<void> {
    return this.queue.resume();
  }

  close(): Promise<void> {
    return this.queue.close();
  }
}

function toRequest({ id, body }: QueueItem<NewRecording>): CreateRecordingRequest {
  return { ...body, externalId: id };
}
