import type { Scope } from '../../common/access/permissions';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The credential of the SDK. The key is shown once; only its hash is stored. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** The business's sdk member. */
  @Column({ name: 'member_id', type: 'uuid' })
  memberId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  /** The last four characters, to tell keys apart. */
  @Column({ type: 'text' })
  hint!: string;

  @Column({ type: 'text', array: true })
  scopes!: Scope[];

  /** A thing of the product; null: to nothing. */
  @Column({ name: 'bound_to', type: 'uuid', nullable: true })
  boundTo!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** To the minute. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** The key that replaced it; this one stays valid until `expiresAt`. */
  @Column({ name: 'rotated_to_id', type: 'uuid', nullable: true })
  rotatedToId!: string | null;
}
