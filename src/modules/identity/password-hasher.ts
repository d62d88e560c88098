import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { compare, getRounds, hash } from 'bcrypt';
import { overloaded } from '../../common/problems';
import { Turns } from '../../common/turns';
import { CONFIG, type Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';
import { hashesAtOnce } from '../../platform/config/thread-pool';
import { PasswordCosts } from './password-costs';
import { normalizePassword } from './password-rules';

const MAXIMUM_WAITING = 200;
const WAIT_LIMIT_MS = 5_000; // plus 4 s in the queue of guesses (GuessTurns), an answer comes within 10 s
const COME_BACK = { headers: { 'Retry-After': '5' } };

/** The result of a comparison. */
export interface Verdict {
  isRight: boolean;
  /** The same password hashed with the configured cost, where it is right and was stored with another; else null. */
  freshHash: string | null;
}

/**
 * bcrypt over a peppered HMAC: bcrypt alone truncates a password at 72 bytes and stops at NUL, and a stolen table of
 * hashes is useless without SECRET_KEY. Never call it inside a transaction: with cost 10 it takes 75 ms of a core.
 */
@Injectable()
export class PasswordHasher {
  private readonly pepper: Buffer;
  private readonly turns = new Turns({
    atOnce: hashesAtOnce(),
    waiting: MAXIMUM_WAITING,
    waitMs: WAIT_LIMIT_MS,
    refuse: () => overloaded(COME_BACK),
  });
  private readonly cost: number;
  /** The work of a refusal: the largest of BCRYPT_COST and the stored costs. It never decreases in a process. */
  private largestCost: number;

  constructor(
    @Inject(CONFIG) { bcryptCost }: Pick<Config, 'bcryptCost'>,
    secretBox: SecretBox,
    @Inject(PasswordCosts) private readonly costs: Pick<PasswordCosts, 'largest'>,
  ) {
    this.pepper = secretBox.deriveKey('password pepper');
    this.cost = bcryptCost;
    this.largestCost = bcryptCost;
  }

  /** @throws 503 overloaded when too many are waiting, or for too long */
  hash(password: string): Promise<string> {
    return this.turns.run(() => this.hashNow(password));
  }

  /**
   * Compares with a stored hash. Null stands for an account that does not exist or may not log in. Every refusal takes
   * the same work, regardless of the cost of its hash (docs/decisions/0024-cost-of-passwords.md).
   * @throws 503 overloaded when too many are waiting, or for too long
   */
  async verify(password: string, storedHash: string | null): Promise<Verdict> {
    const compared = storedHash ?? decoyOf(this.cost);
    const cost = getRounds(compared);
    this.largestCost = Math.max(this.largestCost, cost, await this.costs.largest());
    return this.turns.run(async () => {
      for (const form of formsOf(password)) {
        const matches = await compare(this.peppered(form), compared);
        if (matches && storedHash !== null) return this.accept(form, cost);
        await this.spend(form, cost);
      }
      return { isRight: false, freshHash: null };
    });
  }

  private async accept(form: string, cost: number): Promise<Verdict> {
    const isCurrent = cost === this.cost && form === normalizePassword(form);
    return { isRight: true, freshHash: isCurrent ? null : await this.hashNow(form) };
  }

  private hashNow(password: string): Promise<string> {
    return hash(this.peppered(normalizePassword(password)), this.cost);
  }

  /** Each cost step doubles the work: after 2^c, 2^c + 2^(c+1) + … + 2^(m-1) more add up to 2^m. */
  private async spend(password: string, spentCost: number): Promise<void> {
    for (let cost = spentCost; cost < this.largestCost; cost += 1)
      await compare(this.peppered(password), decoyOf(cost));
  }

  private peppered(password: string): string {
    return createHmac('sha256', this.pepper).update(password, 'utf8').digest('base64');
  }
}

/** In NFC; and, where that is another, as typed, for a hash from before passwords were normalised. */
function formsOf(password: string): string[] {
  return [...new Set([normalizePassword(password), password])];
}

/** A well-formed hash that no password has; comparing with it takes as much work as with a real one. */
function decoyOf(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
