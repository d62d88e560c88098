import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A recorded session of a user of the tenant's app. Deleted ones stay as counted tombstones without payload. */
@Entity('recordings')
export class Recording {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** The SDK's own id; makes retries idempotent. */
  @Column({ name: 'external_id', type: 'text' })
  externalId!: string;

  @Column({ name: 'application_id', type: 'uuid', nullable: true })
  applicationId!: string | null;

  @Column({ name: 'subscription_id', type: 'uuid' })
  subscriptionId!: string;

  /** The period of that subscription in which it counts. */
  @Column({ name: 'period_ordinal', type: 'integer' })
  periodOrdinal!: number;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  /** As sent, where no working clock reports it; then `startedAt` is the arrival. */
  @Column({ name: 'reported_started_at', type: 'timestamptz', precision: 3, nullable: true })
  reportedStartedAt!: Date | null;

  @Column({ name: 'duration_ms', type: 'integer', nullable: true })
  durationMs!: number | null;

  @Column({ type: 'jsonb', nullable: true })
  device!: Record<string, unknown> | null;

  @Column({ type: 'jsonb', nullable: true })
  metadata!: Record<string, unknown> | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;
}

/** A recording that still has its payload. */
export type LiveRecording = Recording & { startedAt: Date; durationMs: number };
