import { Injectable } from '@nestjs/common';
import { monotonicMs } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';

/** Another process may have stored a larger one since; `PasswordHasher` takes what it meets into account at once. */
const ASKED_EVERY_MS = 60_000;

/** What the stored hashes of passwords cost: a refused login is as much work as the largest, whoever it was for. */
@Injectable()
export class PasswordCosts {
  private known: Promise<number> | null = null;
  private askedAtMs = 0;

  constructor(private readonly database: Database) {}

  /** The largest cost that is stored, up to a minute ago; 0 where nothing is. */
  largest(): Promise<number> {
    if (!this.known || monotonicMs() - this.askedAtMs > ASKED_EVERY_MS) {
      this.askedAtMs = monotonicMs();
      this.known = this.ask();
      this.known.catch(() => (this.known = null)); // those who wait hear of it; the next one asks again
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

const COST = `substring(password_hash FROM '^\\$2[aby]\\$(\\d\\d)\\$')`; // as ix_users_password_cost has it

const LARGEST = `
  SELECT greatest((SELECT max(${COST}) FROM users), (SELECT max(${COST}) FROM staff_accounts))::integer AS cost`;
