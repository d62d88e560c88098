import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ENDPOINT_STATUSES = ['enabled', 'disabled'] as const;
/** `gone`: it answered 410. `failing`: nothing was taken for five days. */
export const DISABLED_REASONS = ['by_person', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Covers every type that its maker may read. */
export const EVERY_TYPE = '*';

/** Where events of a business are sent; with the id of zeros, those of all businesses. */
@Entity('webhook_endpoints')
export class WebhookEndpoint {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text', array: true })
  types!: string[];

  @Column({ type: 'boolean' })
  ordered!: boolean;

  @Column({ type: 'text' })
  status!: (typeof ENDPOINT_STATUSES)[number];

  @Column({ name: 'disabled_reason', type: 'text', nullable: true })
  disabledReason!: DisabledReason | null;

  /** Encrypted, as the next. */
  @Column({ type: 'bytea' })
  secret!: Buffer;

  @Column({ name: 'previous_secret', type: 'bytea', nullable: true })
  previousSecret!: Buffer | null;

  @Column({ name: 'previous_secret_ends_at', type: 'timestamptz', precision: 3, nullable: true })
  previousSecretEndsAt!: Date | null;

  /** The member who made it, or changed its URL or types last. Null: staff. */
  @Column({ name: 'made_by', type: 'uuid', nullable: true })
  madeBy!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'enabled_at', type: 'timestamptz', precision: 3 })
  enabledAt!: Date;
}
