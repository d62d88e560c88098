import { Inject, Injectable } from '@nestjs/common';
import { readableTypes } from '../../common/events';
import type { ListQuery } from '../../common/dto/list.query';
import { hoursAfter } from '../../common/clock';
import { newId, PLATFORM_ID } from '../../common/ids';
import { permissionDenied, validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { findUrlFault } from '../../platform/outbound/target-url';
import { TeamMembersService } from '../team-members/team-members.service';
import { DeliveriesRepository } from './deliveries.repository';
import { Disabling } from './disabling';
import type {
  CreateWebhookEndpointRequest,
  EndpointWithSecret,
  UpdateWebhookEndpointRequest,
} from './dto/webhook-endpoint';
import { EVERY_TYPE, type WebhookEndpoint } from './webhook-endpoint.entity';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';
import { createWebhookSecret } from './webhook-signatures';
import { tooManyWebhookEndpoints, webhookEndpointNotFound } from './webhooks.errors';

const MOST_ENDPOINTS = 20;
const OVERLAP_HOURS = 24;
const REASON = 'the installation is no tenant';

/** Where webhooks go: for members, the endpoints of their business; for staff, those of the installation. */
@Injectable()
export class WebhookEndpointsService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly members: TeamMembersService,
    private readonly disabling: Disabling,
    private readonly secrets: SecretBox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  list(context: RequestContext, query: ListQuery): Promise<WebhookEndpoint[]> {
    return this.inScope(context, (tx) => this.endpoints.list(tx, query));
  }

  /** @throws 404 webhook_endpoint_not_found */
  get(context: RequestContext, id: string): Promise<WebhookEndpoint> {
    return this.inScope(context, async (tx) => {
      const endpoint = await this.endpoints.find(tx, id);
      if (!endpoint) throw webhookEndpointNotFound();
      return endpoint;
    });
  }

  /** @throws 403 permission_denied for a type that the caller may not read, 409 too_many_webhook_endpoints, 422 */
  create(
    context: RequestContext,
    request: CreateWebhookEndpointRequest,
  ): Promise<EndpointWithSecret> {
    const { types = [EVERY_TYPE], ordered = false, description = null } = request;
    const url = this.toTarget(request.url);
    assertMayRead(context, types);
    return this.change(context, async (tx) => {
      if ((await this.endpoints.countLocked(tx)) >= MOST_ENDPOINTS) throw tooManyWebhookEndpoints();
      const [id, secret] = [newId(), createWebhookSecret()];
      const endpoint = await this.endpoints.insert(tx, {
        ...{ id, url, types: unique(types), ordered, description },
        ...{ status: 'enabled', disabledReason: null, madeBy: tx.member?.memberId ?? null },
        ...{ secret: this.seal(secret, id), previousSecret: null, previousSecretEndsAt: null },
        ...{ createdAt: tx.now, enabledAt: tx.now },
      });
      return { endpoint, secret };
    });
  }

  /** Who changes URL or types becomes its maker: it covers what that person may read. @throws like `create`, and 404 */
  update(
    context: RequestContext,
    id: string,
    { types, url: given, ...request }: UpdateWebhookEndpointRequest,
  ): Promise<WebhookEndpoint> {
    const url = given === undefined ? undefined : this.toTarget(given);
    if (types) assertMayRead(context, types);
    return this.change(context, async (tx) => {
      await this.lock(tx, id);
      const isMade = types !== undefined || url !== undefined;
      await this.endpoints.update(tx, id, {
        ...{ ...request, url },
        ...(types && { types: unique(types) }),
        ...(isMade && { madeBy: tx.member?.memberId ?? null }),
      });
      return this.lock(tx, id);
    });
  }

  /** @throws 404 webhook_endpoint_not_found */
  delete(context: RequestContext, id: string): Promise<void> {
    return this.change(context, async (tx) => {
      await this.lock(tx, id);
      await this.endpoints.delete(tx, id);
    });
  }

  /** Both secrets sign for 24 hours; the one before them ends at once. @throws 404 webhook_endpoint_not_found */
  rotateSecret(context: RequestContext, id: string): Promise<EndpointWithSecret> {
    return this.change(context, async (tx) => {
      const { secret: previousSecret } = await this.lock(tx, id);
      const secret = createWebhookSecret();
      const previousSecretEndsAt = hoursAfter(tx.now, OVERLAP_HOURS);
      const sealed = this.seal(secret, id);
      await this.endpoints.update(tx, id, { secret: sealed, previousSecret, previousSecretEndsAt });
      return { endpoint: await this.lock(tx, id), secret };
    });
  }

  /** Goes on with the events that follow. Idempotent. @throws 404 webhook_endpoint_not_found */
  enable(context: RequestContext, id: string): Promise<WebhookEndpoint> {
    return this.change(context, async (tx) => {
      const { status } = await this.lock(tx, id);
      if (status === 'disabled') {
        const enabled = { status: 'enabled', disabledReason: null, enabledAt: tx.now } as const;
        await this.endpoints.update(tx, id, enabled);
        await this.endpoints.restart(tx, id);
      }
      return this.lock(tx, id);
    });
  }

  /** What waits is not sent any more. Idempotent. @throws 404 webhook_endpoint_not_found */
  disable(context: RequestContext, id: string): Promise<WebhookEndpoint> {
    return this.change(context, async (tx) => {
      const endpoint = await this.lock(tx, id);
      if (endpoint.status === 'enabled') await this.disabling.disable(tx, endpoint, 'by_person');
      return this.lock(tx, id);
    });
  }

  /** The secrets that sign now: two during a rotation. */
  openSecrets({ id, ...endpoint }: WebhookEndpoint, now: Date): string[] {
    const { secret, previousSecret, previousSecretEndsAt } = endpoint;
    const isOverlap = previousSecret && previousSecretEndsAt && previousSecretEndsAt > now;
    return [secret, ...(isOverlap ? [previousSecret] : [])].map((sealed) =>
      this.secrets.open(sealed, contextOf(id)).toString(),
    );
  }

  /** Deletes deliveries made before this moment, of all businesses; those that still wait stay. Platform scope. */
  prune(tx: Transaction, before: Date): Promise<void> {
    return this.deliveries.prune(tx, before);
  }

  /** One transaction of a caller who may write; staff may. */
  change<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inScope(context, async (tx) => {
      if (tx.member) await this.members.assertCallerMay(tx, 'webhook_endpoints:write');
      return work(tx);
    });
  }

  /**
   * One transaction on the endpoints of the caller's business. Those of the installation are rows of the business with
   * the id of zeros, which no transaction is in that an Idempotency-Key has begun.
   */
  inScope<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (context.businessId) return this.database.transaction(context, work);
    return this.database.platform(context, REASON, (tx) =>
      work(tx.with({ businessId: PLATFORM_ID })),
    );
  }

  /** @throws 404 webhook_endpoint_not_found */
  async lock(tx: Transaction, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.lock(tx, id);
    if (!endpoint) throw webhookEndpointNotFound();
    return endpoint;
  }

  private seal(secret: string, id: string): Buffer {
    return this.secrets.seal(Buffer.from(secret), contextOf(id));
  }

  /** As it is called: what people see is where requests go. */
  private toTarget(text: string): string {
    const fault = findUrlFault(text, this.config, '/url');
    if (fault) throw validationFailed([fault]);
    const url = new URL(text);
    url.hash = '';
    return url.href;
  }
}

/** Staff read everything. */
function assertMayRead({ member, permissions }: RequestContext, types: readonly string[]): void {
  if (!member) return;
  const readable = [EVERY_TYPE, ...readableTypes(permissions)];
  const denied = types.find((type) => !readable.includes(type));
  if (denied) throw permissionDenied({ detail: `Your role may not read what ${denied} is about.` });
}

function contextOf(id: string): Buffer {
  return Buffer.from(`webhook endpoint ${id}`);
}

function unique(types: readonly string[]): string[] {
  return types.includes(EVERY_TYPE) ? [EVERY_TYPE] : [...new Set(types)];
}
