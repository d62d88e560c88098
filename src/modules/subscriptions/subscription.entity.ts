import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EndReason } from './decisions/end-reasons';

export const SUBSCRIPTION_STATUSES = [
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
  'expired',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** The subscription of a business, with its current period. Closed ones are in subscription_periods. */
@Entity('subscriptions')
export class Subscription {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'plan_id', type: 'uuid' })
  planId!: string;

  @Column({ name: 'plan_version', type: 'integer' })
  planVersion!: number;

  /** The plan of the next period, if a change is scheduled. */
  @Column({ name: 'scheduled_plan_id', type: 'uuid', nullable: true })
  scheduledPlanId!: string | null;

  @Column({ type: 'text' })
  status!: SubscriptionStatus;

  /** A business has one current subscription; an ended one is kept when another starts. */
  @Column({ name: 'is_current', type: 'boolean' })
  isCurrent!: boolean;

  /** The anchor of all period boundaries. */
  @Column({ type: 'timestamptz', precision: 3 })
  anchor!: Date;

  /** n of the current period, which began at `anchor + n · interval`; −1 during a trial, whose end is the anchor. */
  @Column({ type: 'integer' })
  cycle!: number;

  /** Numbers all periods of the subscription; continues where a change of interval restarts n. A trial is 0. */
  @Column({ name: 'period_ordinal', type: 'integer' })
  periodOrdinal!: number;

  @Column({ name: 'period_start', type: 'timestamptz', precision: 3 })
  periodStart!: Date;

  @Column({ name: 'period_end', type: 'timestamptz', precision: 3 })
  periodEnd!: Date;

  @Column({ name: 'auto_renew', type: 'boolean' })
  autoRenew!: boolean;

  @Column({ name: 'cancel_at_period_end', type: 'boolean' })
  cancelAtPeriodEnd!: boolean;

  /** The end date from Stripe, which need not be that of a period; null: none, or the period's end. */
  @Column({ name: 'cancel_at', type: 'timestamptz', precision: 3, nullable: true })
  cancelAt!: Date | null;

  @Column({ name: 'trial_ends_at', type: 'timestamptz', precision: 3, nullable: true })
  trialEndsAt!: Date | null;

  /** When the owners were reminded of the end of the trial. */
  @Column({ name: 'trial_reminded_at', type: 'timestamptz', precision: 3, nullable: true })
  trialRemindedAt!: Date | null;

  /** The version of the plan, free until then, whose price was announced to the owners. */
  @Column({ name: 'price_told_of_version', type: 'integer', nullable: true })
  priceToldOfVersion!: number | null;

  @Column({ name: 'paused_at', type: 'timestamptz', precision: 3, nullable: true })
  pausedAt!: Date | null;

  @Column({ name: 'canceled_at', type: 'timestamptz', precision: 3, nullable: true })
  canceledAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  endedAt!: Date | null;

  /** The Stripe subscription that sets the periods of this one; null: the renewal does. */
  @Column({ name: 'stripe_subscription_id', type: 'text', nullable: true })
  stripeSubscriptionId!: string | null;

  /** Why Stripe ends it with its period, besides a request of the owner. */
  @Column({ name: 'end_reason', type: 'text', nullable: true })
  endReason!: EndReason | null;

  /** Staff assigned the plan, while Stripe keeps charging the previous one. */
  @Column({ name: 'plan_assigned', type: 'boolean' })
  planAssigned!: boolean;

  /**
   * Only where Stripe sets the periods: the deadline for news. Some time after the end of the paid period; while it is
   * past due, the end of the grace.
   */
  @Column({ name: 'runs_until', type: 'timestamptz', precision: 3, nullable: true })
  runsUntil!: Date | null;

  @Column({ name: 'past_due_since', type: 'timestamptz', precision: 3, nullable: true })
  pastDueSince!: Date | null;

  /** How many mails the owners got about the missing payment. */
  @Column({ name: 'dunning_mails', type: 'smallint' })
  dunningMails!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
