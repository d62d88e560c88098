import { Column, Entity, PrimaryColumn } from 'typeorm';

export const PLATFORMS = ['android', 'ios', 'web'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** An app of the business that makes recordings. */
@Entity('applications')
export class Application {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  /** Unique in the business among applications that are not deleted. */
  @Column({ name: 'bundle_id', type: 'text', nullable: true })
  bundleId!: string | null;

  @Column({ type: 'text', nullable: true })
  platform!: Platform | null;

  /** Of the pages that use the SDK; of the platform web only. */
  @Column({ type: 'text', array: true })
  origins!: string[];

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** The row is kept for the recordings that reference it. */
  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;
}
