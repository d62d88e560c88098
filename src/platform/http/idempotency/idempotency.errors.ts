import { Integer } from '../../../common/fields';
import { defineProblem } from '../../../common/problem';

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency_key_reused',
  kind: 'invalid',
  title: 'This Idempotency-Key was used for another request',
  description:
    'The key was used with another method, URL or body within 24 hours. Use a new key for each new request.',
});

export const idempotencyKeyInUse = defineProblem({
  code: 'idempotency_key_in_use',
  kind: 'conflict',
  title: 'The first request with this Idempotency-Key is still running',
  description:
    'Retry in a moment to get the answer of the first request. After a crash of the server this can take a minute.',
});

export class AnswerNotKeptMembers {
  @Integer({ min: 200, max: 299 })
  firstStatus!: number;
}

export const idempotencyAnswerNotKept = defineProblem({
  code: 'idempotency_answer_not_kept',
  kind: 'conflict',
  title: 'The first request succeeded, but its answer was not kept',
  description:
    'Nothing is done twice. `firstStatus` is the status of the first answer, which exceeded what is kept per day for the business. Read what the first request created.',
  members: AnswerNotKeptMembers,
});
