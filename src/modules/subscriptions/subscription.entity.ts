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

/** What a business has agreed to, with the period that is running. The closed ones are in subscription_periods. */
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

  /** The plan of the next period, when a change waits for it. */
  @Column({ name: 'scheduled_plan_id', type: 'uuid', nullable: true })
  scheduledPlanId!: string | null;

  @Column({ type: 'text' })
  status!: SubscriptionStatus;

  /** A business has one current subscription; one that has ended stays for the record when another begins. */
  @Column({ name: 'is_current', type: 'boolean' })
  isCurrent!: boolean;

  /** What all boundaries are counted from. */
  @Column({ type: 'timestamptz', precision: 3 })
  anchor!: Date;

  /** n of the running period: it began at `anchor + n · interval`; −1 during a trial, whose end is the anchor. */
  @Column({ type: 'integer' })
  cycle!: number;

  /** Numbers all periods of the subscription; goes on where a change of interval starts n anew. A trial is 0. */
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

  /** The date that Stripe names for its end, which need not be that of a period; null: none, or the period's end. */
  @Column({ name: 'cancel_at', type: 'timestamptz', precision: 3, nullable: true })
  cancelAt!: Date | null;

  @Column({ name: 'trial_ends_at', type: 'timestamptz', precision: 3, nullable: true })
  trialEndsAt!: Date | null;

  /** When the owners were told that the trial ends. */
  @Column({ name: 'trial_reminded_at', type: 'timestamptz', precision: 3, nullable: true })
  trialRemindedAt!: Date | null;

  /** The version of the plan, free until then, whose price the owners were told of. */
  @Column({ name: 'price_told_of_version', type: 'integer', nullable: true })
  priceToldOfVersion!: number | null;

  @Column({ name: 'paused_at', type: 'timestamptz', precision: 3, nullable: true })
  pausedAt!: Date | null;

  @Column({ name: 'canceled_at', type: 'timestamptz', precision: 3, nullable: true })
  canceledAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  endedAt!: Date | null;

  /** The subscription at Stripe that sets the periods of this one; null: the renewal does. */
  @Column({ name: 'stripe_subscription_id', type: 'text', nullable: true })
  stripeSubscriptionId!: string | null;

  /** Why Stripe is told to end it with its period, besides what the owner asked for. */
  @Column({ name: 'end_reason', type: 'text', nullable: true })
  endReason!: EndReason | null;

  /** Staff gave the plan, while Stripe goes on charging for the one before. */
  @Column({ name: 'plan_assigned', type: 'boolean' })
  planAssigned!: boolean;

  /**
   * Only where Stripe sets the periods: when something has to be decided although no news came. A while after the end
   * of what is paid for; while it is past due, the end of the grace.
   */
  @Column({ name: 'runs_until', type: 'timestamptz', precision: 3, nullable: true })
  runsUntil!: Date | null;

  @Column({ name: 'past_due_since', type: 'timestamptz', precision: 3, nullable: true })
  pastDueSince!: Date | null;

  /** How many mails the owners got about the payment that is missing now. */
  @Column({ name: 'dunning_mails', type: 'smallint' })
  dunningMails!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
