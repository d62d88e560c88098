import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';

const HOW_MANY = 10;
const CODE_BYTES = 15; // 120 bits: a fast hash is enough (ASVS 6.5.2)

/** Ten codes of four groups, `abcdef-ghijkl-mnopqr-stuvwx`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () => {
    const { base32 } = new Secret({ buffer: new Uint8Array(randomBytes(CODE_BYTES)).buffer });
    return base32.toLowerCase().replace(/(.{6})(?=.)/g, '$1-');
  });
}

/** What the database stores of a code; dashes, spaces and letter case do not matter. */
export function hashRecoveryCode(key: Buffer, ownerId: string, code: string): Buffer {
  const letters = code.toLowerCase().replace(/[\s-]/g, '');
  return createHmac('sha256', key).update(`${ownerId}\n${letters}`).digest();
}
