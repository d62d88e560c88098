import { defineProblem } from '../../common/problem';

export const jobNotFound = defineProblem({
  code: 'job_not_found',
  kind: 'not_found',
  title: 'Job not found',
  description: 'It never existed, or it has finished: finished jobs are not kept.',
});

export const jobNotFailed = defineProblem({
  code: 'job_not_failed',
  kind: 'conflict',
  title: 'The job has not failed',
  description:
    'It is waiting for its next try, or running. Only a job that has used up its tries can be retried.',
});
