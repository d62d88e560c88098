import { Injectable } from '@nestjs/common';
import { permissionsOf, type Role } from '../../common/access/permissions';
import { EVENT_TYPES, readableTypes } from '../../common/events';
import { PLATFORM_ID } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { EventsService, type EventListener, type StoredEvent } from '../events/events.service';
import { TeamMembersService } from '../team-members/team-members.service';
import { DeliveriesRepository, type NewDelivery } from './deliveries.repository';
import { EndpointStatesRepository, type Replay } from './endpoint-states.repository';
import { EndpointWakeup, type EndpointPayload } from './endpoint-wakeup';
import { toSentBody } from './sent-body';
import { EVERY_TYPE, type WebhookEndpoint } from './webhook-endpoint.entity';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';

const DISPATCH = 'webhooks.dispatch';
const REPLAY = 'webhooks.replay_events';
/** Rows of one transaction. */
const BATCH = 500;
const REASON = 'endpoints of the installation follow all tenants';

/** Makes deliveries of events. The log is dense and in the order of commits, so a sequence says how far an endpoint is. */
@Injectable()
export class DispatchService implements EventListener {
  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly events: EventsService,
    private readonly members: TeamMembersService,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly states: EndpointStatesRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly wakeup: EndpointWakeup,
  ) {
    events.addListener(this);
  }

  /** One job for each business that an endpoint follows, in the transaction of the events. */
  async onAppended(tx: Transaction, events: readonly StoredEvent[]): Promise<void> {
    const businessIds = new Set(events.map(({ businessId }) => businessId));
    for (const businessId of await this.endpoints.listFollowed(tx, [...businessIds]))
      await this.queue.enqueue(tx, DISPATCH, { businessId }, { key: `webhooks:${businessId}:new` });
  }

  listFollowed(tx: Transaction, businessIds: readonly string[]): Promise<readonly string[]> {
    return this.endpoints.listFollowed(tx, businessIds);
  }

  @JobHandler(DISPATCH, 'webhooks')
  async dispatch(job: RequestContext, { businessId }: { businessId: string }): Promise<void> {
    const context = job.with({ businessId });
    const following = await this.database.platform(context, REASON, (tx) =>
      this.endpoints.listFollowing(tx, businessId),
    );
    for (const endpoint of following) while (await this.dispatchTo(context, endpoint)) continue;
  }

  /** Of a replay. */
  @JobHandler(REPLAY, 'webhooks')
  async replay(job: RequestContext, { businessId, endpointId }: EndpointPayload): Promise<void> {
    const context = job.with({ businessId });
    while (await this.replayTo(context, endpointId)) continue;
  }

  /** After the commit of `tx`. */
  async startReplay(tx: Transaction, endpointId: string, from: Date): Promise<void> {
    const businessId = tx.requireBusinessId();
    const replay = { from, until: tx.now, businessId, sequence: 0 };
    await this.states.saveReplay(tx, endpointId, replay);
    const key = `webhooks:${endpointId}:replay`;
    await this.queue.enqueue(tx, REPLAY, { businessId, endpointId }, { key });
  }

  /** One batch. @returns whether there is more */
  private dispatchTo(
    context: RequestContext,
    { id, businessId }: WebhookEndpoint,
  ): Promise<boolean> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = tx.with({ businessId });
      const endpoint = await this.endpoints.find(owner, id);
      if (endpoint?.status !== 'enabled') return false;
      const after = await this.lockCursor(tx, owner, endpoint);
      const { last } = await this.events.readEnds(tx);
      const types = await this.coveredTypes(owner, endpoint);
      const found = await this.events.read(tx, { types, limit: BATCH, after });
      await this.makeDeliveries(owner, id, found, false);
      const isWhole = found.length < BATCH;
      const reached = Math.max(found.at(-1)?.sequence ?? after, isWhole ? last : 0);
      await this.states.moveCursor(owner, id, tx.requireBusinessId(), reached);
      return !isWhole;
    });
  }

  /** A new endpoint begins with the first event after it was made or enabled. */
  private async lockCursor(
    tx: Transaction,
    owner: Transaction,
    { id, enabledAt }: WebhookEndpoint,
  ): Promise<number> {
    const businessId = tx.requireBusinessId();
    const known = await this.states.lockCursor(owner, id, businessId);
    if (known !== null) return known;
    const first = await this.events.findLastBefore(tx, enabledAt);
    return this.states.makeCursor(owner, id, businessId, first);
  }

  /** One batch of a replay. @returns whether there is more */
  private replayTo(context: RequestContext, endpointId: string): Promise<boolean> {
    return this.database.platform(context, REASON, async (owner) => {
      const endpoint = await this.endpoints.find(owner, endpointId);
      const replay = await this.states.lockReplay(owner, endpointId);
      if (!endpoint || !replay) return false;
      const tx = owner.with({ businessId: replay.businessId });
      const after = replay.sequence || (await this.events.findLastBefore(tx, replay.from));
      const types = await this.coveredTypes(owner, endpoint);
      const read = await this.events.read(tx, { types, limit: BATCH, after });
      const found = read.filter(({ createdAt }) => createdAt < replay.until);
      await this.makeDeliveries(owner, endpointId, found, true);
      const isWhole = found.length < BATCH;
      const next = isWhole
        ? await this.nextBusiness(owner, replay)
        : { ...replay, sequence: found.at(-1)!.sequence };
      await this.states.saveReplay(owner, endpointId, next);
      return next !== null;
    });
  }

  /** Null: it was the last one. That of one business has no other. */
  private async nextBusiness(owner: Transaction, replay: Replay): Promise<Replay | null> {
    if (owner.businessId !== PLATFORM_ID) return null;
    const businessId = await this.events.findBusinessAfter(owner, replay.businessId);
    return businessId === null ? null : { ...replay, businessId, sequence: 0 };
  }

  private async makeDeliveries(
    owner: Transaction,
    endpointId: string,
    events: readonly StoredEvent[],
    isReplay: boolean,
  ): Promise<void> {
    if (events.length === 0) return;
    await this.deliveries.insert(owner, endpointId, events.map(toNewDelivery), isReplay);
    await this.wakeup.now(owner, endpointId);
  }

  /** What its maker may read now; one who has left, as before, and at most what an admin may. */
  private async coveredTypes(
    owner: Transaction,
    endpoint: WebhookEndpoint,
  ): Promise<readonly string[]> {
    const { types } = endpoint;
    const isOfInstallation = owner.businessId === PLATFORM_ID;
    const readable = isOfInstallation
      ? EVENT_TYPES
      : readableTypes(permissionsOf(await this.makersRole(owner, endpoint)));
    return types.includes(EVERY_TYPE) ? readable : readable.filter((type) => types.includes(type));
  }

  /** A change of role is an event, so the last role is noted before its owner can leave. */
  private async makersRole(owner: Transaction, { id, madeBy }: WebhookEndpoint): Promise<Role> {
    const role = madeBy === null ? null : await this.members.findActiveRole(owner, madeBy);
    if (role !== null) {
      await this.states.noteMakersRole(owner, id, role);
      return role;
    }
    const last = await this.states.findMakersRole(owner, id);
    return last === null || last === 'owner' ? 'admin' : last;
  }
}

function toNewDelivery(event: StoredEvent): NewDelivery {
  const { id, type, sequence } = event;
  return { eventId: id, eventType: type, eventSequence: sequence, body: toSentBody(event) };
}
