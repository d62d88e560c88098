import { Injectable } from '@nestjs/common';
import { monotonicMs } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';

/**
 * Another process may have stored a larger one since; `PasswordHasher` also learns from every hash that it verifies.
 */
const ASKED_EVERY_MS = 60_000;

/**
 * The costs of the stored password hashes: a refused login takes as much work as the largest, whichever account it
 * named.
 */
@Injectable()
export class PasswordCosts {
  private known: Promise<number> | null = null;
  private askedAtMs = 0;

  constructor(private readonly database: Database) {}

  /** The largest stored cost, up to a minute old; 0 without any hash. */
  largest(): Promise<number> {
    if (!this.known || monotonicMs() - this.askedAtMs > ASKED_EVERY_MS) {
      this.askedAtMs = monotonicMs();
      this.known = this.ask();
      this.known.catch(() => (this.known = null)); // waiting callers get the error; the next one queries again
    }
    return this.known;
  }

  private ask(): Promise<number> {
    const context = RequestContext.job('password.costs');
    return this.database.platform(context, 'people and staff belong to no tenant', async (tx) => {
      const [row] = await tx.query<{ cost: number | null }>(LARGEST);
      return row?.cost ?? 0;
    });
  }
}

const COST = `substring(password_hash FROM '^\\$2[aby]\\$(\\d\\d)\\$')`; // must match ix_users_password_cost

const LARGEST = `
  SELECT greatest((SELECT max(${COST}) FROM users), (SELECT max(${COST}) FROM staff_accounts))::integer AS cost`;
