import { Id, Instant, Integer, Reason, Text } from '../../../common/fields';
import type { Credit } from '../credit.entity';

const ONE_BILLION = 1_000_000_000;

export class GrantCreditRequest {
  @Text({ min: 1, max: 63, description: 'The key of a metered feature', example: 'exports' })
  feature!: string;

  @Integer({ min: 1, max: ONE_BILLION })
  amount!: number;

  @Instant({
    optional: true,
    nullable: true,
    description: 'The unspent rest expires then; without it, the credit never expires',
  })
  expiresAt?: string | null;

  @Reason({ description: 'Shown to the tenant' })
  reason!: string;
}

export class CreditResponse {
  @Id()
  id!: string;

  @Text({ description: 'The key of a metered feature' })
  feature!: string;

  @Integer({ min: 1 })
  amount!: number;

  @Integer({ min: 0 })
  spent!: number;

  @Integer({ min: 0, description: 'The unspent rest; 0 once expired or void' })
  remaining!: number;

  @Text()
  reason!: string;

  @Text({ description: 'The staff member' })
  grantedBy!: string;

  @Instant()
  createdAt!: string;

  @Instant({ nullable: true })
  expiresAt!: string | null;

  @Instant({ nullable: true, description: 'When the unspent rest was voided' })
  voidedAt!: string | null;
}

/** @param now decides what has expired */
export function toCreditResponse(credit: Credit, now: Date): CreditResponse {
  const { id, feature, amount, spent, reason, grantedBy, createdAt, expiresAt, voidedAt } = credit;
  const isLive = !voidedAt && !(expiresAt && expiresAt <= now);
  return {
    id,
    feature,
    amount,
    spent,
    remaining: isLive ? amount - spent : 0,
    reason,
    grantedBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    voidedAt: voidedAt?.toISOString() ?? null,
  };
}
