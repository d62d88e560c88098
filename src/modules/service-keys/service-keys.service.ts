import { Injectable } from '@nestjs/common';
import { SERVICE_SCOPES } from '../../common/access/permissions';
import type { ListQuery } from '../../common/dto/list.query';
import { toFuture } from '../../common/future';
import { businessDeactivated, businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { endOfOverlap, mayBeRotated } from '../../platform/database/issued-key';
import type { Transaction } from '../../platform/database/transaction';
import type { Business } from '../businesses/business.entity';
import { BusinessesService } from '../businesses/businesses.service';
import { BusinessStatuses } from './business-statuses';
import type { CreateServiceKeyRequest } from './dto/service-key';
import type { ServiceKey } from './service-key.entity';
import { serviceKeyAlreadyRotated, serviceKeyNotFound } from './service-keys.errors';
import { ServiceKeysRepository, type CreatedServiceKey } from './service-keys.repository';

const REASON = 'service keys belong to no tenant';

/** The keys of the founder's own back ends, and the business that a request with one names. */
@Injectable()
export class ServiceKeysService {
  constructor(
    private readonly database: Database,
    private readonly serviceKeys: ServiceKeysRepository,
    private readonly businesses: BusinessesService,
    private readonly statuses: BusinessStatuses,
  ) {}

  list(context: RequestContext, query: ListQuery): Promise<ServiceKey[]> {
    return this.database.platform(context, REASON, (tx) => this.serviceKeys.list(tx, query));
  }

  /** @throws 404 business_not_found for one of the businesses, 422 validation_failed for an end in the past */
  create(context: RequestContext, request: CreateServiceKeyRequest): Promise<CreatedServiceKey> {
    const { name, scopes, businessIds, expiresAt } = request;
    return this.database.platform(context, REASON, async (tx) => {
      const ids = businessIds ? unique(businessIds) : null;
      for (const businessId of ids ?? [])
        await this.businesses.assertExists(tx.with({ businessId }));
      return this.serviceKeys.insert(tx, {
        name,
        scopes: SERVICE_SCOPES.filter((scope) => scopes.includes(scope)),
        businessIds: ids,
        expiresAt: expiresAt ? toFuture(expiresAt, tx.now, '/expiresAt') : null,
      });
    });
  }

  /**
   * Replaces a key by one of the same scopes and businesses; both work for `overlapSeconds`, the old one not a second
   * longer.
   * @throws 404 service_key_not_found, 409 service_key_already_rotated (of concurrent rotations, one wins)
   */
  rotate(context: RequestContext, id: string, overlapSeconds: number): Promise<CreatedServiceKey> {
    return this.database.platform(context, REASON, async (tx) => {
      const old = await this.lock(tx, id);
      if (!mayBeRotated(old, tx.now)) throw serviceKeyAlreadyRotated();
      const { name, scopes, businessIds, expiresAt } = old;
      const created = await this.serviceKeys.insert(tx, { name, scopes, businessIds, expiresAt });
      const ends = endOfOverlap(old, tx.now, overlapSeconds);
      await this.serviceKeys.update(tx, id, {
        rotatedToId: created.serviceKey.id,
        expiresAt: ends,
      });
      return created;
    });
  }

  /** Ends a key at once. Idempotent. @throws 404 service_key_not_found */
  revoke(context: RequestContext, id: string): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      const { revokedAt } = await this.lock(tx, id);
      if (!revokedAt) await this.serviceKeys.update(tx, id, { revokedAt: tx.now });
    });
  }

  /**
   * The request of a service key in the scope of one business. The access guard asks this where a request names one; the
   * handler itself where each item does (`businessPerItem`), which is the only way to another business.
   * @throws 404 business_not_found, the same for one that does not exist and one that the key is not bound to, 403
   * business_deactivated
   */
  async contextFor(context: RequestContext, businessId: string): Promise<RequestContext> {
    const named = context.with({ businessId: businessId.toLowerCase() });
    const { businessIds } = named.requireServiceKey();
    if (businessIds && !businessIds.includes(named.requireBusinessId())) throw businessNotFound();
    const { status } = await this.readStatus(named);
    if (status === 'deactivated') throw businessDeactivated();
    return named;
  }

  /** @throws 404 business_not_found */
  private async readStatus(named: RequestContext): Promise<Pick<Business, 'status'>> {
    const businessId = named.requireBusinessId();
    const known = this.statuses.find(businessId);
    if (known) return known;
    const lookUp = this.statuses.beginLookUp();
    const { id, status } = await this.database.transaction(named, (tx) =>
      this.businesses.getNamed(tx),
    );
    this.statuses.keep(id, { id, status }, lookUp);
    return { status };
  }

  private async lock(tx: Transaction, id: string): Promise<ServiceKey> {
    const serviceKey = await this.serviceKeys.lock(tx, id);
    if (!serviceKey) throw serviceKeyNotFound();
    return serviceKey;
  }
}

function unique(businessIds: string[]): string[] {
  return [...new Set(businessIds.map((id) => id.toLowerCase()))];
}
