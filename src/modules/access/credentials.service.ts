import { Inject, Injectable } from '@nestjs/common';
import { hoursBefore } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { hashToken, tokenKind, type TokenKind } from '../../common/token';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { STAFF_SESSION_HOURS } from '../support-sessions/support-session.entity';
import type { Credential } from './credential';
import { CredentialsRepository, type FoundCredential } from './credentials.repository';

const USE_IS_RECORDED_EVERY_MS = 60_000; // a write for every request would cost more than the request

@Injectable()
export class CredentialsService {
  constructor(
    private readonly database: Database,
    private readonly credentials: CredentialsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns null for a token that is malformed, unknown, expired, revoked, or whose member is deactivated */
  async resolve(token: string): Promise<Credential | null> {
    const kind = tokenKind(token);
    if (!kind) return null; // a typo: no look-up
    return this.database.platform(
      RequestContext.job('credential.resolve'),
      'nobody knows yet whose token it is',
      async (tx) => {
        const found = await this.find(tx, kind, hashToken(token));
        if (found && isStale(found, tx.now)) await this.credentials.markUsed(tx, found);
        return found;
      },
    );
  }

  private find(
    tx: Transaction,
    kind: TokenKind,
    tokenHash: Buffer,
  ): Promise<FoundCredential | null> {
    const { sessionIdleHours, sessionAbsoluteDays } = this.config;
    switch (kind) {
      case 'session':
        return this.credentials.findSession(
          tx,
          tokenHash,
          hoursBefore(tx.now, sessionIdleHours),
          hoursBefore(tx.now, 24 * sessionAbsoluteDays),
        );
      case 'api_key':
        return this.credentials.findApiKey(tx, tokenHash);
      case 'staff_session':
        return this.credentials.findStaffSession(
          tx,
          tokenHash,
          hoursBefore(tx.now, STAFF_SESSION_HOURS),
        );
      case 'support_session':
        return this.credentials.findSupportSession(
          tx,
          tokenHash,
          hoursBefore(tx.now, STAFF_SESSION_HOURS),
        );
    }
  }
}

function isStale({ lastUsedAt, recordsUse }: FoundCredential, now: Date): boolean {
  if (!recordsUse) return false;
  return !lastUsedAt || now.getTime() - lastUsedAt.getTime() > USE_IS_RECORDED_EVERY_MS;
}
