import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { EVENT_TYPES } from '../../common/events';
import { RequestContext } from '../../common/request-context';
import { ChangeFeed } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import { Database } from '../../platform/database/database';
import { EventsService, type StoredEvent } from '../events/events.service';
import type { EventStream } from './event-stream';
import { StreamsRepository } from './streams.repository';

const CONTEXT = RequestContext.job('stream.follow');
const REASON = 'streams are of all tenants';
/** How late the end of a session is noticed where nothing announces it, and an event whose doorbell was lost. */
const CHECK_EVERY_MS = 500;
const PAGE_SIZE = 200;

interface Group {
  readonly streams: Set<EventStream>;
  isReading: boolean;
  /** Something came while it was reading. */
  isBehind: boolean;
}

/**
 * All streams of this process. One statement reads the news of a business for all its streams; one a half-second asks
 * whether their credentials are still good and which logs have grown. The doorbell of the listening connection only
 * makes it quicker.
 */
@Injectable()
export class StreamHub implements OnModuleDestroy {
  private readonly logger = new Logger(StreamHub.name);
  private readonly groups = new Map<string, Group>();
  private timer: NodeJS.Timeout | null = null;
  private isChecking = false;
  private isClosing = false;

  constructor(
    private readonly database: Database,
    private readonly events: EventsService,
    private readonly streams: StreamsRepository,
    private readonly listener: ChangeListener,
    feed: ChangeFeed,
    registry: Registry,
  ) {
    feed.subscribe(() => void this.check());
    feed.onDoorbell((businessId) => this.ring(businessId));
    const hub = { count: () => this.all().length };
    new Gauge({
      name: 'streams',
      help: 'Open streams of events in this process',
      registers: [registry],
      collect() {
        this.set(hub.count());
      },
    });
  }

  /** First when the process stops: the HTTP server waits for answers that have not ended. */
  onModuleDestroy(): void {
    this.isClosing = true;
    this.stop();
    for (const stream of this.all()) stream.end();
  }

  all(): EventStream[] {
    return [...this.groups.values()].flatMap(({ streams }) => [...streams]);
  }

  ofBusiness(businessId: string): EventStream[] {
    return [...(this.groups.get(businessId)?.streams ?? [])];
  }

  add(stream: EventStream): void {
    const { businessId } = stream.subscriber;
    const group = this.groups.get(businessId) ?? {
      streams: new Set(),
      isReading: false,
      isBehind: false,
    };
    this.groups.set(businessId, group);
    group.streams.add(stream);
    stream.output.once('close', () => this.remove(stream));
    if (this.isClosing) return stream.end();
    this.timer ??= setInterval(() => void this.check(), CHECK_EVERY_MS).unref();
    void this.follow(businessId);
  }

  private remove(stream: EventStream): void {
    const { businessId } = stream.subscriber;
    const group = this.groups.get(businessId);
    group?.streams.delete(stream);
    if (group?.streams.size === 0) this.groups.delete(businessId);
    if (this.groups.size === 0) this.stop();
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private ring(businessId: string): void {
    const rung = businessId === '*' ? [...this.groups.keys()] : [businessId];
    for (const each of rung) void this.follow(each);
  }

  /** Reads until nothing is new, once at a time for a business. */
  private async follow(businessId: string): Promise<void> {
    const group = this.groups.get(businessId);
    if (!group) return;
    group.isBehind = true;
    if (group.isReading) return;
    group.isReading = true;
    try {
      while (group.isBehind && group.streams.size > 0) {
        group.isBehind = false;
        await this.readOn(businessId, group);
      }
    } catch (error) {
      this.logger.warn(`the events of ${businessId} wait: ${(error as Error).message}`); // the next check reads them
    } finally {
      group.isReading = false;
    }
  }

  private async readOn(businessId: string, group: Group): Promise<void> {
    const after = Math.min(...[...group.streams].map((stream) => stream.after));
    const events = await this.read(businessId, after);
    for (const stream of group.streams) stream.take(events, after);
    if (events.length === PAGE_SIZE) group.isBehind = true;
  }

  private read(businessId: string, after: number): Promise<StoredEvent[]> {
    return this.database.transaction(CONTEXT.with({ businessId }), (tx) =>
      this.events.read(tx, { types: EVENT_TYPES, limit: PAGE_SIZE, after }),
    );
  }

  private async check(): Promise<void> {
    if (this.isChecking || this.groups.size === 0) return;
    this.isChecking = true;
    this.listener.epoch(); // it listens while it is asked
    try {
      await this.checkAll(this.all());
    } catch (error) {
      this.logger.warn(`streams could not be checked: ${(error as Error).message}`);
    } finally {
      this.isChecking = false;
    }
  }

  private async checkAll(streams: EventStream[]): Promise<void> {
    const businessIds = [...this.groups.keys()];
    const [good, last] = await this.database.platform(CONTEXT, REASON, async (tx) => [
      await this.streams.listGood(
        tx,
        streams.map(({ subscriber }) => subscriber),
      ),
      await this.events.listLast(tx, businessIds),
    ]);
    for (const stream of streams) {
      const { credentialId, businessId } = stream.subscriber;
      if (!good.has(credentialId)) stream.end();
      else stream.keepAlive();
      if (stream.after < (last.get(businessId) ?? 0)) void this.follow(businessId);
    }
  }
}
