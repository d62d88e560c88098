import { SetMetadata } from '@nestjs/common';
import type { Config } from '../config/config';

const SCHEDULED = 'tenantry:scheduled';

/** When work runs: a cron expression in the time zone of the process. */
export interface Schedule {
  /** The name of its heartbeat, its trace and its log lines. */
  name: string;
  cronOf: (config: Pick<Config, 'renewalCron'>) => string;
}

const declared = new Map<string, Schedule>();

/**
 * Marks a provider's method `(context: RequestContext) => Promise<void>` as one that processes with the `cron` role
 * run on this schedule. Each of them runs it: claim the work by row locks, or enqueue a job with a key. A run that
 * throws is logged and leaves no heartbeat; the next one starts on schedule.
 */
export function Scheduled(name: string, cron: string | Schedule['cronOf']): MethodDecorator {
  const schedule = { name, cronOf: typeof cron === 'string' ? () => cron : cron };
  declared.set(name, schedule);
  return runsOn(schedule);
}

/** The mark alone: `allSchedules()`, and with it `doctor`, does not know of it. For work of a test. */
export function runsOn(schedule: Schedule): MethodDecorator {
  return SetMetadata(SCHEDULED, schedule);
}

export function scheduleOf(method: object): Schedule | undefined {
  return Reflect.getMetadata(SCHEDULED, method) as Schedule | undefined;
}

/** The schedules of the loaded modules, by name. */
export function allSchedules(): Schedule[] {
  return [...declared.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
