import { LIMIT_MODES, type LimitMode } from '../../../common/features';
import { Choice, Flag, Instant, Integer, Reason, Text } from '../../../common/fields';
import { Scalar } from '../../../common/feature-fields';
import type { BusinessGrant } from '../business-grant.entity';

/** A grant of any kind; which of its fields are right, the kind of the feature decides. */
class GrantFields {
  @Integer({
    min: 0,
    optional: true,
    nullable: true,
    description: 'Metered and allocated features; null: unlimited',
  })
  limit?: number | null;

  @Choice('LimitMode', LIMIT_MODES, {
    optional: true,
    description: 'Metered and allocated features. Default: hard',
  })
  mode?: LimitMode;

  @Flag({ optional: true, description: 'Flags' })
  enabled?: boolean;

  @Scalar({ optional: true, description: 'Config features' })
  value?: number | string;
}

export class GrantToBusinessRequest extends GrantFields {
  @Reason({ description: 'Shown in the audit log of the tenant' })
  reason!: string;

  @Instant({
    optional: true,
    nullable: true,
    description: "The plan's grant applies again then; without it, this one never ends",
  })
  expiresAt?: string | null;
}

export class BusinessGrantResponse extends GrantFields {
  @Text({ description: 'The key of the feature', example: 'sso' })
  feature!: string;

  @Text()
  reason!: string;

  @Text({ description: 'The staff member' })
  grantedBy!: string;

  @Instant()
  createdAt!: string;

  @Instant({ nullable: true })
  expiresAt!: string | null;

  @Flag({ description: "Whether it has ended, so that the plan's grant applies" })
  expired!: boolean;
}

/** @param now decides what has expired */
export function toBusinessGrantResponse(own: BusinessGrant, now: Date): BusinessGrantResponse {
  const { key, terms, reason, grantedBy, createdAt, expiresAt } = own;
  return {
    feature: key,
    ...terms,
    reason,
    grantedBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    expired: expiresAt !== null && expiresAt <= now,
  };
}
