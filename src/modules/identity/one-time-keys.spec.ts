import { hashToken } from '../../common/token';
import type { Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';
import { OneTimeKeys } from './one-time-keys';

const ROW = '01890000-0000-7000-8000-000000000001';
const OTHER_ROW = '01890000-0000-7000-8000-000000000002';
const NONCE = Buffer.alloc(16, 1);

describe('one-time keys', () => {
  const keysOf = (secretKey: string) => new OneTimeKeys(new SecretBox({ secretKey } as Config));
  const keys = keysOf('one secret of an installation, long enough');

  it('have 256 bits and need no escaping in a URL', () => {
    const key = keys.derive('invitation', ROW, NONCE);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
  });

  it('can be derived again from the stored values, which do not contain the key', () => {
    const { nonce, keyHash } = keys.create('invitation', ROW);
    const key = keys.derive('invitation', ROW, nonce);
    expect(keyHash).toEqual(hashToken(key));
    expect(nonce).toHaveLength(16);
    expect(Buffer.concat([nonce, keyHash]).includes(Buffer.from(key, 'base64url'))).toBe(false);
  });

  it('are derived identically by every process of an installation', () => {
    const other = keysOf('one secret of an installation, long enough');
    expect(other.derive('invitation', ROW, NONCE)).toBe(keys.derive('invitation', ROW, NONCE));
  });

  it('differ by purpose, row, nonce and installation', () => {
    const derived = [
      keys.derive('invitation', ROW, NONCE),
      keys.derive('password_reset', ROW, NONCE),
      keys.derive('email_verification', ROW, NONCE),
      keys.derive('invitation', OTHER_ROW, NONCE),
      keys.derive('invitation', ROW, Buffer.alloc(16, 2)),
      keysOf('another secret of an installation, as long').derive('invitation', ROW, NONCE),
    ];
    expect(new Set(derived).size).toBe(derived.length);
  });

  it('differ each time, also for the same row', () => {
    const made = Array.from({ length: 100 }, () => keys.create('invitation', ROW));
    expect(new Set(made.map(({ keyHash }) => keyHash.toString('hex'))).size).toBe(100);
    expect(new Set(made.map(({ nonce }) => nonce.toString('hex'))).size).toBe(100);
  });
});
