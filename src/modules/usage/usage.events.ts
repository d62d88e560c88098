import { defineEvent, type EventDefinition } from '../../common/events';
import { Integer, Text } from '../../common/fields';

export class UsageData {
  @Text()
  feature!: string;
}

export class UsageLevelData extends UsageData {
  @Integer({ description: 'Of the limit, that was reached' })
  percentage!: number;

  @Integer({ description: 'At that moment' })
  used!: number;

  @Integer()
  limit!: number;
}

const permission = 'usage:read';
const mailed = { mailTo: ['owner', 'admin'], hasOwnMail: true } as const;

export const usageThresholdReached = defineEvent({
  type: 'usage.threshold_reached',
  notice: { title: 'A limit is nearly used', ...mailed },
  permission,
  description:
    'A percentage of a limit was reached; PUT /v1/usage/{feature}/alerts sets which. Once for each period, within a minute',
  data: UsageLevelData,
});

export const usageLimitReached = defineEvent({
  type: 'usage.limit_reached',
  notice: { title: 'A limit was reached', ...mailed },
  permission,
  description: 'A limit was wholly used. Once for each period, within a minute',
  data: UsageLevelData,
});

export const usageReset = defineEvent({
  type: 'usage.reset',
  permission,
  description:
    'After a percentage was reached: usage is below all of them again, by a new period, a new day or a larger plan. Within a minute',
  data: UsageData,
});

/** What is raised with an alert. */
export function eventOfAlert({ percentage }: UsageLevelData): EventDefinition<UsageLevelData> {
  return percentage < 100 ? usageThresholdReached : usageLimitReached;
}
