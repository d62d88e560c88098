import { SetMetadata } from '@nestjs/common';

const JOB_NAME = 'tenantry:job';

/**
 * Marks a provider's method `(context: RequestContext, payload: T) => Promise<void>` as the one that does
 * jobs of this name. A job runs at least once: make its effect happen once by a unique key.
 * A method that throws is tried again with growing pauses.
 */
export function JobHandler(name: string): MethodDecorator {
  return SetMetadata(JOB_NAME, name);
}

export function jobNameOf(method: object): string | undefined {
  return Reflect.getMetadata(JOB_NAME, method) as string | undefined;
}
