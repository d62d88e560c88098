import { SetMetadata } from '@nestjs/common';
import type { LaneName } from './lanes';

const JOB = 'tenantry:job';

interface DeclaredJob {
  name: string;
  lane: LaneName;
}

/**
 * Marks a provider's method `(context: RequestContext, payload: T) => Promise<void>` as the handler of jobs of this
 * name. A job runs at least once: make its effect idempotent by a unique key. A method that throws is retried with
 * growing pauses.
 */
export function JobHandler(name: string, lane: LaneName = 'work'): MethodDecorator {
  return SetMetadata(JOB, { name, lane } satisfies DeclaredJob);
}

export function jobOf(method: object): DeclaredJob | undefined {
  return Reflect.getMetadata(JOB, method) as DeclaredJob | undefined;
}
