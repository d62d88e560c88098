import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The answer to a POST that bore an Idempotency-Key, kept for 24 hours. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  /** HMAC of caller and key. */
  @PrimaryColumn({ type: 'bytea' })
  id!: Buffer;

  /** HMAC of method, address and body. */
  @Column({ type: 'bytea' })
  fingerprint!: Buffer;

  @Column({ type: 'smallint' })
  status!: number;

  /** The answer's JSON, encrypted: it may hold a token that is shown only once. */
  @Column({ type: 'bytea' })
  answer!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
