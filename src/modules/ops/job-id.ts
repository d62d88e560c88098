import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';

/** The form of a job number; it fits into PostgreSQL's bigint. */
const JOB_ID = /^[1-9]\d{0,17}$/;
const NO_JOB = '0';

/** True for the text of any possible job id. */
export function isJobId(value: unknown): value is string {
  return typeof value === 'string' && JOB_ID.test(value);
}

/** Like `PathId`, maps a malformed id to one that no job has. */
class MissingWhenMalformed implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    return isJobId(value) ? value : NO_JOB;
  }
}

/** The id of a job in the path: the queue numbers its jobs. */
export function JobId(): ParameterDecorator {
  return (target, key, index) => {
    Param('id', new MissingWhenMalformed())(target, key, index);
    if (key === undefined) return;
    const descriptor = Object.getOwnPropertyDescriptor(target, key)!;
    const schema = { type: 'string' as const, pattern: JOB_ID.source };
    ApiParam({ name: 'id', schema })(target, key, descriptor);
  };
}
