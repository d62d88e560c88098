import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A member of the staff of this installation. Separate from tenants' people: created by the CLI only. */
@Entity('staff_accounts')
export class StaffAccount {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'email_folded', type: 'text', insert: false, update: false })
  emailFolded!: string;

  @Column({ name: 'email_key', type: 'text', nullable: true })
  emailKey!: string | null;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  /** By triggers on its factors. */
  @Column({ name: 'has_second_factor', type: 'boolean' })
  hasSecondFactor!: boolean;

  /** Changes with each new password, and with the first and the last second factor; not with a rehash. */
  @Column({ name: 'password_version', type: 'integer' })
  passwordVersion!: number;

  @Column({ type: 'text' })
  status!: 'active' | 'disabled';

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
