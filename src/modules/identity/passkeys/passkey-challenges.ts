import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../../../common/token';
import { SecretBox } from '../../../platform/config/secret-box';
import type { Transaction } from '../../../platform/database/transaction';
import type { FactorOwner } from '../second-factors/factor-owner';

/** What an authenticator signs for: an answer to one is none to another. */
export interface Asked {
  purpose: 'registration' | 'login' | 'second_factor' | 'proof';
  kind: 'user' | 'staff';
  /** Who answers, or the login whose second step it is; '' where that is not known yet. */
  subject: string;
}

/** What an authenticator signs for: the login with this id, or, without one, a proof of who is signed in. */
export function askedOf({ kind, id }: FactorOwner, challengeId: string | null): Asked {
  if (challengeId === null) return { purpose: 'proof', kind, subject: id };
  return { purpose: 'second_factor', kind, subject: challengeId };
}

export const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const NONCE_BYTES = 16; // WebAuthn Level 3, section 13.4.3
const TIME_BYTES = 6;
const MADE_BYTES = NONCE_BYTES + TIME_BYTES;

/**
 * Challenges of authenticators: a nonce, an end, and HMAC(SECRET_KEY, what is asked, nonce, end). So asking stores
 * nothing, although any caller may ask, and every replica can check the answer. The database has those that were
 * answered, until they end: each works once.
 */
@Injectable()
export class PasskeyChallenges {
  private readonly key: Buffer;

  constructor(secrets: SecretBox) {
    this.key = secrets.deriveKey('passkey challenges');
  }

  create(tx: Transaction, asked: Asked): Buffer {
    const made = Buffer.alloc(MADE_BYTES);
    randomBytes(NONCE_BYTES).copy(made);
    made.writeUIntBE(tx.now.getTime() + CHALLENGE_LIFETIME_MS, NONCE_BYTES, TIME_BYTES);
    return Buffer.concat([made, this.sign(made, asked)]);
  }

  /** Whether it was made for this, and has not ended. Whether it was answered, `use` says. */
  isOf(tx: Transaction, challenge: string, asked: Asked): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    const made = bytes.subarray(0, MADE_BYTES);
    const expected = this.sign(made, asked);
    if (bytes.length !== MADE_BYTES + expected.length) return false;
    return timingSafeEqual(bytes.subarray(MADE_BYTES), expected) && endOf(bytes) > tx.now.getTime();
  }

  /** @returns false where it was answered before: of concurrent calls, one gets true */
  async use(tx: Transaction, challenge: string): Promise<boolean> {
    const bytes = Buffer.from(challenge, 'base64url');
    const hash = hashToken(bytes.toString('base64url')); // one spelling
    return (await tx.execute(USE, [hash, new Date(endOf(bytes))])) === 1;
  }

  /** Deletes expired ones. */
  async prune(tx: Transaction): Promise<void> {
    await tx.execute('DELETE FROM used_passkey_challenges WHERE expires_at < $1', [tx.now]);
  }

  private sign(made: Buffer, { purpose, kind, subject }: Asked): Buffer {
    const asked = `${purpose}\n${kind}\n${subject}\n`;
    return createHmac('sha256', this.key).update(asked).update(made).digest();
  }
}

const endOf = (bytes: Buffer): number => bytes.readUIntBE(NONCE_BYTES, TIME_BYTES);

const USE = `
  INSERT INTO used_passkey_challenges (challenge_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
