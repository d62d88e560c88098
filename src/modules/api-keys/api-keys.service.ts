import { Injectable } from '@nestjs/common';
import { SCOPES } from '../../common/access/permissions';
import type { ListQuery } from '../../common/dto/list.query';
import { toFuture } from '../../common/future';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { endOfOverlap, mayBeRotated } from '../../platform/database/issued-key';
import type { Transaction } from '../../platform/database/transaction';
import { EventsService } from '../events/events.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type { ApiKey } from './api-key.entity';
import { apiKeyAlreadyRotated, apiKeyNotFound } from './api-keys.errors';
import { apiKeyCreated, apiKeyRevoked, apiKeyRotated } from './api-keys.events';
import { ApiKeysRepository, type CreatedApiKey, type NewApiKey } from './api-keys.repository';
import type { CreateApiKeyRequest } from './dto/api-key.requests';
import { targetNotFound, targetOf } from './dto/key-target';

const FIRST_NAME = 'Default';

/** Holds a thing of the product until the end of the transaction. @returns false where there is none any more */
export type HoldTarget = (tx: Transaction, id: string) => Promise<boolean>;

@Injectable()
export class ApiKeysService {
  /** Of the product that has declared what keys may be bound to. */
  holdTarget: HoldTarget = () => Promise.resolve(false);

  constructor(
    private readonly database: Database,
    private readonly apiKeys: ApiKeysRepository,
    private readonly members: TeamMembersService,
    private readonly events: EventsService,
  ) {}

  list(context: RequestContext, query: ListQuery): Promise<ApiKey[]> {
    return this.database.transaction(context, (tx) => this.apiKeys.list(tx, query));
  }

  /** @throws 404 of the thing that it is to be bound to */
  create(context: RequestContext, request: CreateApiKeyRequest): Promise<CreatedApiKey> {
    return this.database.transaction(context, async (tx) => {
      await this.members.assertCallerMay(tx, 'api_keys:write');
      const { name, expiresAt, scopes = SCOPES } = request;
      const { id: memberId } = await this.members.getSdkMember(tx);
      const endsAt = expiresAt ? toFuture(expiresAt, tx.now, '/expiresAt') : null;
      const boundTo = targetOf(request);
      if (boundTo && !(await this.holdTarget(tx, boundTo))) throw targetNotFound();
      return this.insertNew(tx, {
        ...{ memberId, name, boundTo, expiresAt: endsAt },
        scopes: SCOPES.filter((scope) => scopes.includes(scope)),
      });
    });
  }

  /** The key that a new business begins with. */
  createFirst(tx: Transaction, memberId: string): Promise<CreatedApiKey> {
    const unbound = { scopes: [...SCOPES], boundTo: null, expiresAt: null };
    return this.insertNew(tx, { memberId, name: FIRST_NAME, ...unbound });
  }

  /**
   * Replaces a key by one of the same scopes and binding; both work for `overlapSeconds`, the old one not a second longer.
   * @throws 404 api_key_not_found, 409 api_key_already_rotated (of concurrent rotations, one wins)
   */
  rotate(context: RequestContext, id: string, overlapSeconds: number): Promise<CreatedApiKey> {
    return this.database.transaction(context, async (tx) => {
      await this.members.assertCallerMay(tx, 'api_keys:write');
      await this.holdTargetOf(tx, id);
      const old = await this.lock(tx, id);
      if (!mayBeRotated(old, tx.now)) throw apiKeyAlreadyRotated();
      const { memberId, name, scopes, boundTo, expiresAt } = old;
      const fields = { memberId, name, scopes, boundTo, expiresAt };
      const created = await this.apiKeys.insert(tx, fields);
      const ends = endOfOverlap(old, tx.now, overlapSeconds);
      const newApiKeyId = created.apiKey.id;
      await this.apiKeys.update(tx, id, { rotatedToId: newApiKeyId, expiresAt: ends });
      this.events.append(tx, apiKeyRotated, { apiKeyId: id, newApiKeyId });
      return created;
    });
  }

  /** Ends a key at once. Idempotent. @throws 404 api_key_not_found */
  revoke(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      const { revokedAt } = await this.lock(tx, id);
      if (revokedAt) return;
      await this.apiKeys.update(tx, id, { revokedAt: tx.now });
      this.events.append(tx, apiKeyRevoked, { apiKeyId: id });
    });
  }

  /** With the end of the thing itself, in its transaction. */
  async revokeBoundTo(tx: Transaction, target: string): Promise<void> {
    for (const apiKeyId of await this.apiKeys.revokeBoundTo(tx, target))
      this.events.append(tx, apiKeyRevoked, { apiKeyId });
  }

  /** For development: what expires has been made and expires that many days earlier. */
  shift(tx: Transaction, days: number): Promise<void> {
    return this.apiKeys.shift(tx, days);
  }

  private async insertNew(tx: Transaction, fields: NewApiKey): Promise<CreatedApiKey> {
    const created = await this.apiKeys.insert(tx, fields);
    this.events.append(tx, apiKeyCreated, { apiKeyId: created.apiKey.id });
    return created;
  }

  /** Before the key, in the order of the end of the thing, which would miss a key that is being made. */
  private async holdTargetOf(tx: Transaction, id: string): Promise<void> {
    const boundTo = await this.apiKeys.findTarget(tx, id);
    if (boundTo) await this.holdTarget(tx, boundTo);
  }

  private async lock(tx: Transaction, id: string): Promise<ApiKey> {
    const apiKey = await this.apiKeys.lock(tx, id);
    if (!apiKey) throw apiKeyNotFound();
    return apiKey;
  }
}
