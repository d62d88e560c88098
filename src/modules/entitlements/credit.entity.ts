import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../platform/database/whole-number';

/**
 * Units of a feature that staff granted to a business beside its plan: spent after the plan's allowance, in any period.
 */
@Entity('credits')
export class Credit {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** The key of a metered feature. */
  @Column({ type: 'text' })
  feature!: string;

  @Column({ name: 'granted', type: 'bigint', transformer: wholeNumber })
  amount!: number;

  /** Counted by the statement that spends it. */
  @Column({ type: 'bigint', transformer: wholeNumber })
  spent!: number;

  /** The part of `spent` that counts in the period of the next three columns, which may have ended; kept by a trigger. */
  @Column({ type: 'bigint', transformer: wholeNumber })
  counted!: number;

  @Column({ name: 'counted_subscription_id', type: 'uuid', nullable: true })
  countedSubscriptionId!: string | null;

  @Column({ name: 'counted_ordinal', type: 'integer', nullable: true })
  countedOrdinal!: number | null;

  @Column({ name: 'counted_day', type: 'date', nullable: true })
  countedDay!: string | null;

  @Column({ type: 'text' })
  reason!: string;

  /** The staff member's e-mail. */
  @Column({ name: 'granted_by', type: 'text' })
  grantedBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'voided_at', type: 'timestamptz', precision: 3, nullable: true })
  voidedAt!: Date | null;
}
