import { ListQuery } from '../../../common/dto/list.query';
import { Choice, Instant, Integer, JsonObject, Text } from '../../../common/fields';
import { JOB_STATES, type Job, type JobState } from '../jobs.repository';

const LONGEST_ERROR = 2_000;
const LARGEST_PAYLOAD_BYTES = 65_536;

export class ListJobsQuery extends ListQuery {
  @Choice('JobState', JOB_STATES, { optional: true, description: 'Only jobs in this state' })
  state?: JobState;
}

export class JobResponse {
  @Text({ description: "The queue's number of the job" })
  id!: string;

  @Text({ example: 'mail.send' })
  name!: string;

  @Choice('JobState', JOB_STATES, {
    description: '`failed`: all tries are used up. `waiting`: for its time, or its next try.',
  })
  state!: JobState;

  @JsonObject({ maxBytes: LARGEST_PAYLOAD_BYTES, description: 'Its payload: ids' })
  payload!: Record<string, unknown>;

  @Integer({ min: 0, description: 'How often it was started' })
  tries!: number;

  @Integer({ min: 1 })
  maximumTries!: number;

  @Text({ nullable: true, max: LONGEST_ERROR, description: 'Why the last try failed' })
  lastError!: string | null;

  @Instant()
  createdAt!: string;

  @Instant({ description: 'Not before this moment' })
  runAt!: string;

  @Instant({ nullable: true, description: 'Since when it is running' })
  lockedAt!: string | null;
}

export function toJobResponse(job: Job): JobResponse {
  return {
    id: job.id,
    name: job.name,
    state: job.state,
    payload: job.payload,
    tries: job.tries,
    maximumTries: job.maximumTries,
    lastError: job.lastError?.slice(0, LONGEST_ERROR) ?? null,
    createdAt: job.createdAt.toISOString(),
    runAt: job.runAt.toISOString(),
    lockedAt: job.lockedAt?.toISOString() ?? null,
  };
}
