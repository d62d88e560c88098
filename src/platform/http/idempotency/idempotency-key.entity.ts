import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A POST that bore an Idempotency-Key: at work, or answered and kept for 24 hours. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  /** HMAC of caller and key. */
  @PrimaryColumn({ type: 'bytea' })
  id!: Buffer;

  /** HMAC of method, address and body. */
  @Column({ type: 'bytea' })
  fingerprint!: Buffer;

  /** Which request is at work; null once it is answered. */
  @Column({ name: 'claim_id', type: 'uuid', nullable: true })
  claimId!: string | null;

  /** Null while the request is at work. */
  @Column({ type: 'smallint', nullable: true })
  status!: number | null;

  /** The answer's JSON, compressed and encrypted: it may hold a token that is shown only once. Null: not kept. */
  @Column({ type: 'bytea', nullable: true })
  answer!: Buffer | null;

  /** When it was claimed, or else answered. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
