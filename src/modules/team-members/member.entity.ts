import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../common/access/permissions';
import type { MemberKind, MemberStatus } from '../../common/access/seats';

/**
 * A member of a business: a person with a role, the bot that holds the API keys, or the seat that staff act as. The
 * last two exist once per business and cannot log in.
 */
@Entity('members')
export class Member {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  kind!: MemberKind;

  @Column({ type: 'text', nullable: true })
  role!: Role | null;

  @Column({ type: 'text' })
  status!: MemberStatus;

  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  @Column({ name: 'joined_at', type: 'timestamptz', precision: 3 })
  joinedAt!: Date;

  /** When the person last signed in here; a login without a business uses the latest. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;
}
