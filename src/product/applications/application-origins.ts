import { Injectable, type OnModuleInit } from '@nestjs/common';
import { monotonicMs } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { ChangeFeed } from '../../platform/database/change-feed';
import { ChangeListener } from '../../platform/database/change-listener';
import { Database } from '../../platform/database/database';
import { SdkOrigins, type OriginSource } from '../../platform/http/sdk-origins';
import { ApplicationsRepository } from './applications.repository';

/** Announced by the trigger announce_origins when any application's origins change. */
const SUBJECT = 'origins';
/** How long a result holds where changes of other processes may be missed. */
const RECENT_MS = 1_000;

interface KnownOrigins {
  epoch: number | null;
  atMs: number;
  origins: Promise<ReadonlySet<string>>;
}

/**
 * The origins of web applications. Those of all businesses are in memory, since a preflight has no credential: read
 * again after a change, and at most once a second while changes may be missed (as credentials are, ADR 0014).
 */
@Injectable()
export class ApplicationOrigins implements OriginSource, OnModuleInit {
  private known: KnownOrigins | null = null;

  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly listener: ChangeListener,
    private readonly feed: ChangeFeed,
    private readonly sdkOrigins: SdkOrigins,
  ) {}

  onModuleInit(): void {
    this.sdkOrigins.source = this;
    this.feed.subscribe((changed) => {
      if (changed === 'everything' || changed.includes(SUBJECT)) this.known = null;
    });
  }

  async isKnown(origin: string): Promise<boolean> {
    const epoch = this.listener.epoch();
    if (!this.known || !isGood(this.known, epoch)) this.known = this.read(epoch);
    return (await this.known.origins).has(origin);
  }

  listOf(businessId: string, boundTo: string | null): Promise<string[]> {
    const context = RequestContext.job('application.list_origins', businessId);
    return this.database.transaction(context, (tx) => this.applications.listOrigins(tx, boundTo));
  }

  private read(epoch: number | null): KnownOrigins {
    const context = RequestContext.job('application.read_origins');
    const origins = this.database
      .platform(context, 'a preflight names no business', (tx) =>
        this.applications.listAllOrigins(tx),
      )
      .then((list) => new Set(list));
    const known: KnownOrigins = { epoch, atMs: monotonicMs(), origins };
    origins.catch(() => (known.epoch = null)); // tried again after a second
    return known;
  }
}

function isGood({ epoch, atMs }: KnownOrigins, now: number | null): boolean {
  return (epoch !== null && epoch === now) || monotonicMs() - atMs < RECENT_MS;
}
