import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FeatureKind, FeatureReset, FeatureVisibility } from '../../common/features';

/** A feature of the catalogue: declared by code, or added by staff for what other services count. */
@Entity('features')
export class Feature {
  /** Named by code, plans, counters and requests; it never changes. */
  @PrimaryColumn({ name: 'id', type: 'text' })
  key!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  kind!: FeatureKind;

  /** Of metered features. */
  @Column({ type: 'text', nullable: true })
  resets!: FeatureReset | null;

  /** What one of it is called, in the singular. */
  @Column({ type: 'text', nullable: true })
  unit!: string | null;

  /** Of config features: the values that it may have; null: any. */
  @Column({ name: 'choices', type: 'jsonb', nullable: true })
  values!: (number | string)[] | null;

  @Column({ type: 'text' })
  visibility!: FeatureVisibility;

  /** Of flags: the share of targeting keys for which it is on, whatever the plan grants; null: the plan decides. */
  @Column({ name: 'rollout_percentage', type: 'smallint', nullable: true })
  rolloutPercentage!: number | null;

  /** Whether this version of the code declares it: staff cannot change it then. */
  @Column({ name: 'is_declared', type: 'boolean' })
  isDeclared!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'archived_at', type: 'timestamptz', precision: 3, nullable: true })
  archivedAt!: Date | null;
}
