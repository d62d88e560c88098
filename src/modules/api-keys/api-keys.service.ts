import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { toFuture } from '../../common/future';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { TeamMembersService } from '../team-members/team-members.service';
import type { ApiKey } from './api-key.entity';
import { apiKeyAlreadyRotated, apiKeyNotFound } from './api-keys.errors';
import { ApiKeysRepository, type CreatedApiKey } from './api-keys.repository';
import type { CreateApiKeyRequest } from './dto/api-key.requests';

const FIRST_NAME = 'Default';

@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly apiKeys: ApiKeysRepository,
    private readonly members: TeamMembersService,
  ) {}

  list(context: RequestContext, query: ListQuery): Promise<ApiKey[]> {
    return this.database.transaction(context, (tx) => this.apiKeys.list(tx, query));
  }

  create(
    context: RequestContext,
    { name, expiresAt }: CreateApiKeyRequest,
  ): Promise<CreatedApiKey> {
    return this.database.transaction(context, async (tx) => {
      await this.members.assertAskerMay(tx, 'api_keys:write');
      const { id: memberId } = await this.members.getSdkMember(tx);
      return this.apiKeys.insert(tx, {
        memberId,
        name,
        expiresAt: expiresAt ? toFuture(expiresAt, tx.now, '/expiresAt') : null,
      });
    });
  }

  /** The key that a new business begins with. */
  createFirst(tx: Transaction, memberId: string): Promise<CreatedApiKey> {
    return this.apiKeys.insert(tx, { memberId, name: FIRST_NAME, expiresAt: null });
  }

  /**
   * Replaces a key; both work for `overlapSeconds`, the old one not a second longer.
   * @throws 404 api_key_not_found, 409 api_key_already_rotated (of concurrent rotations, one wins)
   */
  rotate(context: RequestContext, id: string, overlapSeconds: number): Promise<CreatedApiKey> {
    return this.database.transaction(context, async (tx) => {
      await this.members.assertAskerMay(tx, 'api_keys:write');
      const old = await this.lock(tx, id);
      if (!isLive(old, tx.now) || old.rotatedToId) throw apiKeyAlreadyRotated();
      const { memberId, name, expiresAt } = old;
      const created = await this.apiKeys.insert(tx, { memberId, name, expiresAt });
      const ends = earlier(expiresAt, new Date(tx.now.getTime() + overlapSeconds * 1000));
      await this.apiKeys.update(tx, id, { rotatedToId: created.apiKey.id, expiresAt: ends });
      return created;
    });
  }

  /** Ends a key at once. Idempotent. @throws 404 api_key_not_found */
  revoke(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      const { revokedAt } = await this.lock(tx, id);
      if (!revokedAt) await this.apiKeys.update(tx, id, { revokedAt: tx.now });
    });
  }

  /** For development: what expires has been made and expires that many days earlier. */
  shift(tx: Transaction, days: number): Promise<void> {
    return this.apiKeys.shift(tx, days);
  }

  private async lock(tx: Transaction, id: string): Promise<ApiKey> {
    const apiKey = await this.apiKeys.lock(tx, id);
    if (!apiKey) throw apiKeyNotFound();
    return apiKey;
  }
}

function isLive({ revokedAt, expiresAt }: ApiKey, now: Date): boolean {
  return !revokedAt && (!expiresAt || expiresAt > now);
}

function earlier(one: Date | null, other: Date): Date {
  return one && one < other ? one : other;
}
