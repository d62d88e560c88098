import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Grants } from '../../common/features';
import { wholeNumber } from '../../platform/database/whole-number';

export const INTERVAL_UNITS = ['day', 'week', 'month', 'year'] as const;
export type IntervalUnit = (typeof INTERVAL_UNITS)[number];

export const AFTER_GRACE = ['default_plan', 'expire'] as const;
export type AfterGrace = (typeof AFTER_GRACE)[number];

/** What a business subscribes to. Grants apply to all subscribers at once; price and interval by version. */
@Entity('plans')
export class Plan {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  slug!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  description!: string;

  /** The version that new subscribers get. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ name: 'trial_days', type: 'integer' })
  trialDays!: number;

  @Column({ name: 'grace_days', type: 'integer' })
  graceDays!: number;

  @Column({ name: 'after_grace', type: 'text' })
  afterGrace!: AfterGrace;

  @Column({ type: 'boolean' })
  renews!: boolean;

  @Column({ name: 'is_default', type: 'boolean' })
  isDefault!: boolean;

  @Column({ name: 'is_public', type: 'boolean' })
  isPublic!: boolean;

  /** What subscribers get of each feature; a feature without a grant is off. */
  @Column({ type: 'jsonb' })
  grants!: Grants;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'archived_at', type: 'timestamptz', precision: 3, nullable: true })
  archivedAt!: Date | null;
}

/** Price and interval of a version, as its subscribers agreed to them. */
@Entity('plan_versions')
export class PlanVersion {
  @PrimaryColumn({ name: 'plan_id', type: 'uuid' })
  planId!: string;

  @PrimaryColumn({ type: 'integer' })
  version!: number;

  /** In minor units of the currency. */
  @Column({ name: 'price_amount', type: 'bigint', transformer: wholeNumber })
  priceAmount!: number;

  /** ISO 4217, lower case. */
  @Column({ name: 'price_currency', type: 'text' })
  priceCurrency!: string;

  @Column({ name: 'interval_unit', type: 'text' })
  intervalUnit!: IntervalUnit;

  @Column({ name: 'interval_count', type: 'integer' })
  intervalCount!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}

/** A plan with the terms (price and interval) of one of its versions: everything that binds a subscriber. */
export type PlanWithTerms = Plan & { terms: PlanVersion };
