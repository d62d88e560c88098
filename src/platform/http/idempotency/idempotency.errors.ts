import { defineProblem } from '../../../common/problem';

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency_key_reused',
  kind: 'invalid',
  title: 'This Idempotency-Key belongs to another request',
  description:
    'The key was used with another method, address or body within 24 hours. Make a new key for each new request.',
});

export const idempotencyKeyInUse = defineProblem({
  code: 'idempotency_key_in_use',
  kind: 'conflict',
  title: 'The first request with this Idempotency-Key is still running',
  description:
    'Try again in a moment; the answer of the first request will then be given again. After a crash of the server this can take a minute.',
});

export const idempotencyAnswerNotKept = defineProblem({
  code: 'idempotency_answer_not_kept',
  kind: 'conflict',
  title: 'The first request was done, and its answer was not kept',
  description:
    'Nothing is done twice. `firstStatus` is the status of the first answer, which the business had no room left to keep that day. Read what the first request made.',
});
