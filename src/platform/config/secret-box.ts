import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from './config';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keys derived from SECRET_KEY, one per purpose (HKDF, RFC 5869), and AES-256-GCM for what the database stores
 * encrypted.
 */
@Injectable()
export class SecretBox {
  private readonly encryptionKey: Buffer;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.encryptionKey = this.deriveKey('encryption at rest');
  }

  /** 32 bytes, unique to this installation and purpose. */
  deriveKey(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.config.secretKey, 'tenantry', purpose, 32));
  }

  /** Encrypts; `open` needs the same `context` (the row's id, say), so that rows cannot be swapped. */
  seal(content: Buffer, context: Buffer): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.encryptionKey, iv).setAAD(context);
    const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when the content was sealed with another key or context, or has been changed */
  open(sealed: Buffer, context: Buffer): Buffer {
    const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.encryptionKey,
      sealed.subarray(0, IV_BYTES),
    );
    decipher.setAAD(context).setAuthTag(tag);
    return Buffer.concat([
      decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
  }
}
