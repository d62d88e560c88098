import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../../common/token';
import { SecretBox } from '../../platform/config/secret-box';

export type KeyPurpose =
  | 'invitation'
  | 'password_reset'
  | 'email_verification'
  | 'email_change_old'
  | 'email_change_new'
  | 'email_change_undo';

/** What the database stores of a one-time key. */
export interface StoredKey {
  nonce: Buffer;
  keyHash: Buffer;
}

const NONCE_BYTES = 16;

/**
 * Keys that people get by mail: HMAC(SECRET_KEY, purpose, row id, nonce), 256 bits. The database stores nonce and hash
 * and the mail's job the row's id, so only the mail contains the key. A new nonce gives a new key.
 */
@Injectable()
export class OneTimeKeys {
  private readonly secret: Buffer;

  constructor(secretBox: SecretBox) {
    this.secret = secretBox.deriveKey('one-time keys');
  }

  /** A new key of a row, in its stored form. */
  create(purpose: KeyPurpose, rowId: string): StoredKey {
    const nonce = randomBytes(NONCE_BYTES);
    return { nonce, keyHash: hashToken(this.derive(purpose, rowId, nonce)) };
  }

  /** The key itself, for the mail being sent. */
  derive(purpose: KeyPurpose, rowId: string, nonce: Buffer): string {
    return createHmac('sha256', this.secret)
      .update(`${purpose}\n${rowId}\n`)
      .update(nonce)
      .digest('base64url');
  }
}
