import { Injectable } from '@nestjs/common';
import { PLATFORM_ID } from '../../common/ids';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { CountersService } from '../entitlements/counters.service';
import { CreditsService, type CreditSource } from '../entitlements/credits.service';
import type { Feature } from '../features/feature.entity';
import { featureNotFound } from '../features/features.errors';
import { FeaturesService } from '../features/features.service';
import type { UsageView } from '../subscriptions/decisions/subscription-view';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import {
  UsageReadsRepository,
  type RecentEvent,
  type UsageDay,
  type UsageVerification,
} from './usage-reads.repository';
import { wrongFeatureKind } from './usage.errors';

const RECENT = 20;
const VERIFY_PAGE = 500;
const MOST_DAYS = 400;
const ONE_DAY_MS = 86_400_000;
/** What a metered limit alerts at where the business has not said otherwise. */
const DEFAULT_PERCENTAGES = [80, 100];

export interface UsageExplanation {
  view: UsageView;
  credits: readonly CreditSource[];
  recent: readonly RecentEvent[];
}

/** What is used, why, and when; by feature. */
@Injectable()
export class UsageReadsService {
  constructor(
    private readonly database: Database,
    private readonly usage: UsageReadsRepository,
    private readonly features: FeaturesService,
    private readonly subscriptions: SubscriptionsService,
    private readonly credits: CreditsService,
    private readonly counters: CountersService,
  ) {}

  /** @throws 404 feature_not_found, 409 feature_kind for one that has no counter */
  async get(context: RequestContext, key: string): Promise<UsageView> {
    const view = await this.subscriptions.readUsage(context);
    await this.assertCounted(context, key, view);
    return view;
  }

  /** Where the usage comes from. @throws as `get` */
  async explain(context: RequestContext, key: string): Promise<UsageExplanation> {
    const [view, credits, recent] = await this.database.readTogether(context, [
      this.subscriptions.readingOfUsage(context),
      this.credits.readingOfSources(context, key),
      this.usage.readingOfRecent(context, key, RECENT),
    ]);
    await this.assertCounted(context, key, view);
    return { view, credits, recent };
  }

  /** The counter, and what it counts. @throws as `get` */
  verify(context: RequestContext, key: string): Promise<UsageVerification> {
    return this.database.transaction(context, async (tx) => {
      await this.getCounted(tx, key);
      return this.usage.verify(tx, key);
    });
  }

  /**
   * Compares all counters of all businesses with what they count. @returns how many were compared, and those that
   * differ; expected none
   */
  async verifyAll(
    context: RequestContext,
    onProgress: (verified: number) => void,
  ): Promise<{ verified: number; unequal: (UsageVerification & { feature: string })[] }> {
    const unequal: (UsageVerification & { feature: string })[] = [];
    let verified = 0;
    for (const { key } of await this.listCounted(context))
      for await (const page of this.pagesOf(context, key)) {
        const differing = page.filter(({ counter, rows }) => counter !== rows);
        unequal.push(...differing.map((each) => ({ feature: key, ...each })));
        verified += page.length;
        onProgress(verified);
      }
    return { verified, unequal };
  }

  /**
   * What was used on each day of a metered feature, by days of UTC, both included; a day without use is not named.
   * @throws 422 validation_failed for a span that ends before it begins or has more than 400 days, and as `get`
   */
  history(context: RequestContext, key: string, from: string, to: string): Promise<UsageDay[]> {
    const days = (Date.parse(to) - Date.parse(from)) / ONE_DAY_MS + 1;
    if (days < 1 || days > MOST_DAYS)
      throw validationFailed([
        { pointer: '/to', code: 'span', detail: `must be 0 to ${MOST_DAYS - 1} days after from` },
      ]);
    return this.database.transaction(context, async (tx) => {
      await this.getMetered(tx, key);
      return this.usage.listDays(tx, key, from, to);
    });
  }

  /** At which percentages of its limit a metered feature alerts. @throws as `get` */
  getAlerts(context: RequestContext, key: string): Promise<number[]> {
    return this.database.transaction(context, async (tx) => {
      await this.getMetered(tx, key);
      return (await this.usage.findAlerts(tx, key)) ?? DEFAULT_PERCENTAGES;
    });
  }

  /** What is reached already alerts with the next unit. @throws as `get` */
  setAlerts(context: RequestContext, key: string, percentages: number[]): Promise<number[]> {
    return this.database.transaction(context, async (tx) => {
      const feature = await this.getMetered(tx, key);
      await this.subscriptions.lockRenewed(tx); // before the counter, as everywhere
      await this.counters.lockOne(tx, feature);
      const sorted = [...new Set(percentages)].sort((one, other) => one - other);
      await this.usage.setAlerts(tx, key, sorted);
      return sorted;
    });
  }

  private listCounted(context: RequestContext): Promise<Feature[]> {
    return this.database.platform(context, 'verifies every business', async (tx) => {
      const features = await this.features.listAll(tx);
      return features.filter(({ kind }) => kind === 'metered' || kind === 'allocated');
    });
  }

  private async *pagesOf(
    context: RequestContext,
    key: string,
  ): AsyncGenerator<UsageVerification[]> {
    let last = PLATFORM_ID;
    for (;;) {
      const page = await this.database.platform(context, 'verifies every business', (tx) =>
        this.usage.verifyPage(tx, key, last, VERIFY_PAGE),
      );
      if (page.length > 0) yield page;
      if (page.length < VERIFY_PAGE) return;
      last = page.at(-1)!.businessId;
    }
  }

  /** What the view has is counted; of the others, only what is archived and unused. */
  private async assertCounted(context: RequestContext, key: string, view: UsageView) {
    if (Object.hasOwn(view.counts, key)) return;
    await this.database.transaction(context, (tx) => this.getCounted(tx, key));
  }

  private async getCounted(tx: Transaction, key: string): Promise<Feature> {
    const feature = await this.features.find(tx, key);
    if (!feature) throw featureNotFound();
    if (feature.kind !== 'metered' && feature.kind !== 'allocated') throw wrongFeatureKind();
    return feature;
  }

  private async getMetered(tx: Transaction, key: string): Promise<Feature> {
    const feature = await this.getCounted(tx, key);
    if (feature.kind !== 'metered') throw wrongFeatureKind();
    return feature;
  }
}
