import { defineEvent } from '../../common/events';
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

export const usageThresholdReached = defineEvent({
  type: 'usage.threshold_reached',
  permission,
  description:
    'A percentage of a limit was reached; PUT /v1/usage/{feature}/alerts sets which. Once for each period, within a minute',
  data: UsageLevelData,
});

export const usageLimitReached = defineEvent({
  type: 'usage.limit_reached',
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
