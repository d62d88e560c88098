import { Injectable } from '@nestjs/common';
import type { ConfigFeature, FlagFeature } from '../../common/features';
import { Clock } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { Transaction } from '../../platform/database/transaction';
import type { ListedFeature } from '../features/features.service';
import { Document } from './conditional-answer';
import { computeEntitlements, isOn, valueIn, type Holdings } from './entitlements';
import { HOLDINGS, toHoldings, type HoldingsRow } from './holdings';
import { SharedReads } from './shared-reads';

/** What a feature of this type may say: one of its choices. */
type ValueOf<T extends ConfigFeature> = T['values'] extends readonly (infer Value)[]
  ? Value
  : number | string;

/** Who sees which features: the team all, clients those that are visible to them. */
export type Viewer = 'team' | 'client';

/** One read of a business; what is made of it is made once for all who share it. */
export class Snapshot {
  private readonly documents = new Map<string, Document>();

  constructor(readonly holdings: Holdings) {}

  /** @param name of the document among those of this snapshot */
  document(name: string, make: () => object): Document {
    const known = this.documents.get(name);
    if (known) return known;
    const made = new Document(make());
    this.documents.set(name, made);
    return made;
  }
}

/** What a business has of each feature: by its plan, by its own grants, and by credits. */
@Injectable()
export class EntitlementsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reads: SharedReads<Snapshot>,
  ) {}

  /** Whether the business of the context has this feature. */
  async isEnabled(context: RequestContext, feature: FlagFeature): Promise<boolean> {
    return isOn(await this.grantOf(context, feature));
  }

  /** What the business of the context has of this feature; null: nothing grants a value. */
  async valueOf<T extends ConfigFeature>(
    context: RequestContext,
    feature: T,
  ): Promise<ValueOf<T> | null> {
    return valueIn(await this.grantOf(context, feature)) as ValueOf<T> | null; // grants hold choices only
  }

  /**
   * All that a business has: in a transaction exactly; else with all that this process has written, and what others
   * have written more than a second ago.
   */
  read(context: RequestContext): Promise<Snapshot> {
    if (context instanceof Transaction) return this.readIn(context);
    return this.reads.read(context.requireBusinessId(), () => this.readIn(context));
  }

  private async grantOf(context: RequestContext, { key }: FlagFeature | ConfigFeature) {
    const { own, view } = (await this.read(context)).holdings;
    return own[key] ?? view.plan.grants[key];
  }

  private async readIn(context: RequestContext): Promise<Snapshot> {
    const given = [context.requireBusinessId(), this.clock.offsetMs];
    const [row] = await this.database.read<HoldingsRow>(context, HOLDINGS, given);
    return new Snapshot(toHoldings(row!)); // every business has a current subscription
  }
}

/** GET /v1/entitlements. */
export function toEntitlementsDocument(snapshot: Snapshot, viewer: Viewer): Document {
  return snapshot.document(`entitlements of ${viewer}`, () => ({
    features: computeEntitlements(snapshot.holdings, isVisibleTo(viewer)),
  }));
}

/** Whether this viewer sees the feature. */
export function isVisibleTo(viewer: Viewer): (feature: ListedFeature) => boolean {
  return ({ visibility }) => viewer === 'team' || visibility === 'client';
}

/** An SDK key is in the hands of all users of the app. */
export function viewerOf({ actor }: RequestContext): Viewer {
  return actor.kind === 'sdk' ? 'client' : 'team';
}
