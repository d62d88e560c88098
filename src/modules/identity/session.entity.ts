import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SignInMethod } from '../../common/access/sign-in-methods';

/** A dashboard session of one person in one business. It ends by deletion. */
@Entity('sessions')
export class Session {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'member_id', type: 'uuid' })
  memberId!: string;

  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3 })
  lastUsedAt!: Date;

  @Column({ name: 'signed_in_with', type: 'text', array: true })
  signedInWith!: SignInMethod[];

  /** Null: when it was opened. */
  @Column({ name: 'proven_at', type: 'timestamptz', precision: 3, nullable: true })
  provenAt!: Date | null;

  /** Where what proved its owner ends: at the latest then; null: with its own age. */
  @Column({ name: 'ends_at', type: 'timestamptz', precision: 3, nullable: true })
  endsAt!: Date | null;
}
