import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../common/access/permissions';

export const INVITATION_STATUSES = ['pending', 'accepted', 'expired', 'revoked'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

/** Invites one address to join a business. It takes no seat until it is accepted. */
@Entity('invitations')
export class Invitation {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'email_folded', type: 'text', insert: false, update: false })
  emailFolded!: string;

  @Column({ name: 'email_key', type: 'text', nullable: true })
  emailKey!: string | null;

  @Column({ name: 'full_name', type: 'text', nullable: true })
  fullName!: string | null;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ name: 'invited_by_id', type: 'uuid', nullable: true })
  invitedById!: string | null;

  @Column({ type: 'bytea' })
  nonce!: Buffer;

  /** Of the key in the mail, which is derived from the nonce and not stored. */
  @Column({ name: 'key_hash', type: 'bytea' })
  keyHash!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  expiresAt!: Date;

  @Column({ name: 'accepted_at', type: 'timestamptz', precision: 3, nullable: true })
  acceptedAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** When invitation.expired was raised. */
  @Column({ name: 'expiry_raised_at', type: 'timestamptz', precision: 3, nullable: true })
  expiryRaisedAt!: Date | null;
}

type Ends = Pick<Invitation, 'acceptedAt' | 'revokedAt' | 'expiresAt'>;

/** An invitation that expired before a newer one replaced it stays expired. */
export function statusOf({ acceptedAt, revokedAt, expiresAt }: Ends, now: Date): InvitationStatus {
  if (acceptedAt) return 'accepted';
  if (expiresAt <= (revokedAt ?? now)) return 'expired';
  return revokedAt ? 'revoked' : 'pending';
}
