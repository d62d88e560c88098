import { SetMetadata } from '@nestjs/common';
import type { Config } from '../config/config';

const SCHEDULED = 'tenantry:scheduled';

/** Work at times of the clock, told by a cron expression in the time zone of the process. */
export interface Schedule {
  /** Of its heartbeat, its trace and its lines in the log. */
  name: string;
  cronOf: (config: Pick<Config, 'renewalCron'>) => string;
}

const declared = new Map<string, Schedule>();

/**
 * Marks a provider's method `(context: RequestContext) => Promise<void>` as one that processes with the `cron` role run
 * at these times. Each of them does: let one claim the work by its rows, or enqueue a job with a key.
 * A run that throws is logged and leaves no heartbeat; the next one comes at its time.
 */
export function Scheduled(name: string, cron: string | Schedule['cronOf']): MethodDecorator {
  const schedule = { name, cronOf: typeof cron === 'string' ? () => cron : cron };
  declared.set(name, schedule);
  return SetMetadata(SCHEDULED, schedule);
}

export function scheduleOf(method: object): Schedule | undefined {
  return Reflect.getMetadata(SCHEDULED, method) as Schedule | undefined;
}

/** Those of the modules that are loaded, by name. */
export function allSchedules(): Schedule[] {
  return [...declared.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
