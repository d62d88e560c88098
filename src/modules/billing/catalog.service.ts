import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { StripeApi } from '../../platform/stripe/stripe-api';
import type { PlanWithTerms } from '../plans/plan.entity';
import { PlansRepository } from '../plans/plans.repository';
import { PricesRepository } from './prices.repository';
import { idOf, LOOKUP_PREFIX } from './stripe-truth';

const REASON = 'plans belong to no tenant';

/** What Stripe lacks, or has otherwise. */
export interface CatalogDifference {
  planId: string;
  slug: string;
  change: 'create_product' | 'rename_product' | 'create_price' | 'archive_price';
  detail: string;
}

/** Keeps a product for each priced plan, and a price for each of its versions. The products have the ids of the plans. */
@Injectable()
export class CatalogService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly plans: PlansRepository,
    private readonly prices: PricesRepository,
  ) {}

  /**
   * The price of a plan's version, made where Stripe has none yet: by lookup key, so that a second time finds the first.
   * @throws as `StripeApi.call`
   */
  async ensurePrice(context: RequestContext, plan: PlanWithTerms): Promise<string> {
    const { version } = plan.terms;
    const known = await this.database.platform(context, REASON, (tx) =>
      this.prices.findOf(tx, plan.id, version),
    );
    if (known) return known.id;
    const price = (await this.findPrice(plan)) ?? (await this.makePrice(plan));
    await this.database.platform(context, REASON, (tx) =>
      this.prices.put(tx, { id: price.id, planId: plan.id, planVersion: version }),
    );
    return price.id;
  }

  /** What `sync` would do. */
  async compare(context: RequestContext): Promise<CatalogDifference[]> {
    const differences: CatalogDifference[] = [];
    for (const plan of await this.listPriced(context))
      differences.push(...(await this.comparePlan(plan)));
    return differences;
  }

  /** Makes Stripe's catalogue that of ours; again, it does nothing. @returns what it did */
  async sync(context: RequestContext): Promise<CatalogDifference[]> {
    const differences = await this.compare(context);
    for (const plan of await this.listPriced(context)) {
      const due = differences.filter(({ planId }) => planId === plan.id);
      if (due.length > 0) await this.syncPlan(plan, due);
      await this.ensurePrice(context, plan);
    }
    return differences;
  }

  private async syncPlan(plan: PlanWithTerms, due: CatalogDifference[]): Promise<void> {
    const { id, name } = plan;
    for (const { change, detail } of due) {
      if (change === 'create_product') await this.createProduct(plan);
      if (change === 'rename_product')
        await this.stripe.call((stripe) => stripe.products.update(id, { name }));
      if (change === 'archive_price')
        await this.stripe.call((stripe) => stripe.prices.update(detail, { active: false }));
    }
  }

  private async comparePlan(plan: PlanWithTerms): Promise<CatalogDifference[]> {
    const { id: planId, slug, name } = plan;
    const found = (change: CatalogDifference['change'], detail: string): CatalogDifference => ({
      planId,
      slug,
      change,
      detail,
    });
    const product = await this.stripe.find((stripe) => stripe.products.retrieve(planId));
    const price = await this.findPrice(plan);
    const old = product ? await this.listOldPrices(plan) : [];
    return [
      ...(product ? [] : [found('create_product', name)]),
      ...(product && product.name !== name
        ? [found('rename_product', `${product.name} → ${name}`)]
        : []),
      ...(price ? [] : [found('create_price', describePrice(plan))]),
      ...old.map(({ id }) => found('archive_price', id)),
    ];
  }

  /** Prices of earlier versions: they go on charging those who have them, and nobody new gets them. */
  private async listOldPrices(plan: PlanWithTerms): Promise<Stripe.Price[]> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.prices.list({ product: plan.id, active: true, limit: 100 }),
    );
    return data.filter(({ lookup_key: key }) => key !== lookupKeyOf(plan));
  }

  private async findPrice(plan: PlanWithTerms): Promise<Stripe.Price | null> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.prices.list({ lookup_keys: [lookupKeyOf(plan)], limit: 1 }),
    );
    const [price] = data;
    return price && idOf(price.product) === plan.id ? price : null;
  }

  /** Its lookup key and the product's id make them single: where another process was quicker, theirs are taken. */
  private async makePrice(plan: PlanWithTerms): Promise<Stripe.Price> {
    try {
      await this.createProduct(plan);
      return await this.createPrice(plan);
    } catch (error) {
      const theirs = await this.findPrice(plan);
      if (!theirs) throw error;
      return theirs;
    }
  }

  private createPrice(plan: PlanWithTerms): Promise<Stripe.Price> {
    const { priceAmount, priceCurrency, intervalUnit, intervalCount } = plan.terms;
    return this.stripe.call((stripe) =>
      stripe.prices.create({
        product: plan.id,
        unit_amount: priceAmount,
        currency: priceCurrency,
        recurring: { interval: intervalUnit, interval_count: intervalCount },
        lookup_key: lookupKeyOf(plan),
      }),
    );
  }

  private async createProduct({ id, name }: PlanWithTerms): Promise<void> {
    const isThere = async () =>
      !!(await this.stripe.find((stripe) => stripe.products.retrieve(id)));
    if (await isThere()) return;
    await this.stripe
      .call((stripe) => stripe.products.create({ id, name }))
      .catch(async (error: unknown) => {
        if (!(await isThere())) throw error;
      });
  }

  private async listPriced(context: RequestContext): Promise<PlanWithTerms[]> {
    const plans = await this.database.platform(context, REASON, (tx) => this.plans.listAll(tx));
    return plans.filter(({ terms, archivedAt }) => terms.priceAmount > 0 && !archivedAt);
  }
}

/** Names the version of a plan at Stripe, once. */
function lookupKeyOf({ id, terms }: PlanWithTerms): string {
  return `${LOOKUP_PREFIX}${id}_${terms.version}`;
}

function describePrice({ terms }: PlanWithTerms): string {
  const { version, priceAmount, priceCurrency, intervalUnit, intervalCount } = terms;
  return `version ${version}: ${priceAmount} ${priceCurrency} every ${intervalCount} ${intervalUnit}`;
}
