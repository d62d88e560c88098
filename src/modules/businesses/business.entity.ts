import { Column, Entity, PrimaryColumn } from 'typeorm';

export const BUSINESS_STATUSES = ['active', 'deactivated'] as const;
export type BusinessStatus = (typeof BUSINESS_STATUSES)[number];

/** A tenant. */
@Entity('businesses')
export class Business {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  status!: BusinessStatus;

  /** Whether staff may open support sessions. */
  @Column({ name: 'support_access', type: 'boolean' })
  supportAccess!: boolean;

  /** Its people may do nothing in it without a second factor. */
  @Column({ name: 'require_second_factor', type: 'boolean' })
  requireSecondFactor!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
