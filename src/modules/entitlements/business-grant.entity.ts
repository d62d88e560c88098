import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Grant } from '../../common/features';

/** What staff gave one business of a feature, in place of its plan's grant. */
@Entity('business_grants')
export class BusinessGrant {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  /** The key of the feature. */
  @PrimaryColumn({ name: 'id', type: 'text' })
  key!: string;

  @Column({ type: 'jsonb' })
  terms!: Grant;

  /** Why, for the people it concerns. */
  @Column({ type: 'text' })
  reason!: string;

  /** The staff member's e-mail. */
  @Column({ name: 'granted_by', type: 'text' })
  grantedBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** From then on the plan's grant applies again. */
  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;
}
