import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SupportMode } from '../../common/access/seats';

/** Staff in a business's support seat: with a reason, for an hour at most, visible to the tenant. */
@Entity('support_sessions')
export class SupportSession {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'member_id', type: 'uuid' })
  memberId!: string;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'staff_email', type: 'text' })
  staffEmail!: string;

  /** It ends with this session. */
  @Column({ name: 'staff_session_id', type: 'uuid', nullable: true })
  staffSessionId!: string | null;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'text', nullable: true })
  ticket!: string | null;

  @Column({ type: 'text' })
  mode!: SupportMode;

  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3 })
  startedAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  expiresAt!: Date;

  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  endedAt!: Date | null;
}
