import { Column, PrimaryColumn } from 'typeorm';
import { newId } from '../../common/ids';
import { createToken, hashToken, type TokenKind } from '../../common/token';

const HINT_LENGTH = 4;

/** The columns of a key that is shown once, and of which only the hash is stored. */
export abstract class IssuedKey {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  /** The last four characters, to tell keys apart. */
  @Column({ type: 'text' })
  hint!: string;

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

/** What changes in a key after it was issued. */
export type KeyChanges = Partial<Pick<IssuedKey, 'expiresAt' | 'revokedAt' | 'rotatedToId'>>;

type Issued = Omit<IssuedKey, 'name' | 'expiresAt'>;

/** A new key of this kind. @returns the columns to store, and the key itself, which exists nowhere else */
export function issueKey(kind: TokenKind, createdAt: Date): { key: string; columns: Issued } {
  const key = createToken(kind);
  const columns = {
    id: newId(),
    tokenHash: hashToken(key),
    hint: key.slice(-HINT_LENGTH),
    createdAt,
    lastUsedAt: null,
    revokedAt: null,
    rotatedToId: null,
  };
  return { key, columns };
}

/** A key is rotated once, while it is valid. */
export function mayBeRotated({ revokedAt, expiresAt, rotatedToId }: IssuedKey, now: Date): boolean {
  return !rotatedToId && !revokedAt && (!expiresAt || expiresAt > now);
}

/** When a rotated key ends: after the overlap, and not a second later than it would have ended. */
export function endOfOverlap(
  { expiresAt }: Pick<IssuedKey, 'expiresAt'>,
  now: Date,
  overlapSeconds: number,
): Date {
  const end = new Date(now.getTime() + overlapSeconds * 1000);
  return expiresAt && expiresAt < end ? expiresAt : end;
}
