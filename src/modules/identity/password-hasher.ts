import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { compare, hash } from 'bcrypt';
import { overloaded } from '../../common/problems';
import { CONFIG, type Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';

const MAXIMUM_AT_ONCE = 2; // bcrypt runs on libuv's four threads; the others are for the rest of the process
const MAXIMUM_WAITING = 200;
const WAIT_LIMIT_MS = 4_000; // with cost 12 the last of 200 would wait for longer than anybody reads on
const COME_BACK = { headers: { 'Retry-After': '5' } };

/**
 * bcrypt over a peppered HMAC: bcrypt alone cuts a password at 72 bytes and stops at NUL, and a stolen
 * table of hashes is of no use without SECRET_KEY. Never call it inside a transaction: it takes a quarter of a second.
 */
@Injectable()
export class PasswordHasher {
  private readonly pepper: Buffer;
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  /** A well-formed hash that no password has; to compare with it is as much work as with a real one. */
  private readonly decoy: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    secretBox: SecretBox,
  ) {
    this.pepper = secretBox.deriveKey('password pepper');
    this.decoy = `$2b$${String(config.bcryptCost).padStart(2, '0')}$${'.'.repeat(53)}`;
  }

  /** @throws 503 overloaded when too many are waiting, or for too long */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(this.peppered(password), this.config.bcryptCost));
  }

  /**
   * Compares with a stored hash; with null (nobody has that address) it works as long and says no.
   * @throws 503 overloaded when too many are waiting, or for too long
   */
  async matches(password: string, storedHash: string | null): Promise<boolean> {
    const compared = storedHash ?? this.decoy;
    const matches = await this.inTurn(() => compare(this.peppered(password), compared));
    return matches && storedHash !== null;
  }

  private peppered(password: string): string {
    return createHmac('sha256', this.pepper).update(password, 'utf8').digest('base64');
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.waitForTurn();
    try {
      return await work();
    } finally {
      this.passTurn();
    }
  }

  private waitForTurn(): Promise<void> | undefined {
    if (this.running < MAXIMUM_AT_ONCE) {
      this.running += 1;
      return undefined;
    }
    if (this.waiting.length >= MAXIMUM_WAITING) throw overloaded(COME_BACK);
    return new Promise((resolve, reject) => {
      const take = (): void => {
        clearTimeout(patience);
        resolve();
      };
      const patience = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(overloaded(COME_BACK));
      }, WAIT_LIMIT_MS);
      this.waiting.push(take);
    });
  }

  /** The turn goes straight to the next in line, so that nobody slips in between. */
  private passTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
