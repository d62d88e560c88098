import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A POST with an Idempotency-Key: in progress, or answered and kept for 24 hours. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  /** HMAC of caller and key. */
  @PrimaryColumn({ type: 'bytea' })
  id!: Buffer;

  /** HMAC of method, URL and body. */
  @Column({ type: 'bytea' })
  fingerprint!: Buffer;

  /** The request in progress; null once it is answered. */
  @Column({ name: 'claim_id', type: 'uuid', nullable: true })
  claimId!: string | null;

  /** Null while the request is in progress. */
  @Column({ type: 'smallint', nullable: true })
  status!: number | null;

  /** The answer as JSON, compressed and encrypted: it may contain a token that is shown only once. Null: not kept. */
  @Column({ type: 'bytea', nullable: true })
  answer!: Buffer | null;

  /** When it was claimed, then when it was answered. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
