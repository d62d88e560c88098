import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { recordings } from '../features';
import { CreditsService, type CreditSource } from '../../modules/entitlements/credits.service';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import type { UsageView } from '../../modules/subscriptions/decisions/subscription-view';
import type { ListRecordingsQuery } from './dto/recording.requests';
import type { LiveRecording } from './recording.entity';
import { recordingNotFound } from './recordings.errors';
import {
  RecordingsRepository,
  type CountedRecording,
  type RecentRecording,
} from './recordings.repository';

const RECENT = 20;

export interface UsageExplanation {
  view: UsageView;
  credits: readonly CreditSource[];
  recent: CountedRecording[];
}

@Injectable()
export class RecordingsService {
  constructor(
    private readonly database: Database,
    private readonly recordings: RecordingsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly credits: CreditsService,
  ) {}

  list(context: RequestContext, query: ListRecordingsQuery): Promise<readonly LiveRecording[]> {
    return this.recordings.list(context, query);
  }

  /** @throws 404 recording_not_found */
  async get(context: RequestContext, id: string): Promise<LiveRecording> {
    const recording = await this.database.transaction(context, (tx) =>
      this.recordings.find(tx, id),
    );
    if (!recording) throw recordingNotFound();
    return recording;
  }

  /** Its usage is not refunded. @throws 404 recording_not_found */
  async delete(context: RequestContext, id: string): Promise<void> {
    const found = await this.database.transaction(context, (tx) =>
      this.recordings.softDelete(tx, id),
    );
    if (!found) throw recordingNotFound();
  }

  /** The usage of the current period with its recordings. */
  async explain(context: RequestContext): Promise<UsageExplanation> {
    const [view, credits, newest] = await this.database.readTogether(context, [
      this.subscriptions.readingOfUsage(context),
      this.credits.readingOfSources(context, recordings.key),
      this.recordings.readingOfRecent(context, RECENT),
    ]);
    const recent = newest.filter((recording) => isOfPeriod(recording, view.subscription));
    return { view, credits, recent };
  }
}

function isOfPeriod(
  { subscriptionId, periodOrdinal: ordinal }: RecentRecording,
  { id, periodOrdinal }: UsageView['subscription'],
): boolean {
  return subscriptionId === id && ordinal === periodOrdinal;
}
