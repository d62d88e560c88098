import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person. One person may be a member of several businesses. */
@Entity('users')
export class User {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  email!: string;

  /** By which people are told apart: ASCII letters folded, made by the database. */
  @Column({ name: 'email_folded', type: 'text', insert: false, update: false })
  emailFolded!: string;

  @Column({ name: 'email_verified_at', type: 'timestamptz', precision: 3, nullable: true })
  emailVerifiedAt!: Date | null;

  @Column({ name: 'full_name', type: 'text' })
  fullName!: string;

  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  /** Another one with each new password, and the same when it is only hashed anew. */
  @Column({ name: 'password_version', type: 'integer' })
  passwordVersion!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
