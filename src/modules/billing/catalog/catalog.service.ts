import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { PlansService } from '../../plans/plans.service';
import { PricesRepository, type StripePrice } from '../records/prices.repository';
import { idOf, LOOKUP_PREFIX } from '../stripe/stripe-snapshot';

const REASON = 'plans belong to no tenant';

/** What Stripe lacks, or has differently. */
export interface CatalogDifference {
  planId: string;
  slug: string;
  change: CatalogChange;
  detail: string;
}

type CatalogChange =
  | 'create_product'
  | 'rename_product'
  | 'activate_product'
  | 'create_price'
  | 'activate_price'
  | 'replace_price'
  | 'archive_price';

/** A plan and its current state at Stripe. */
interface AtStripe {
  product: Stripe.Product | null;
  /** The price for new subscribers: with the plan's amount, currency and interval, active or not. */
  price: Stripe.Price | null;
  /** Has the lookup key, but another amount. */
  impostor: Stripe.Price | null;
}

/**
 * Maintains a product for each priced plan, and a price for each of its versions. Product ids are plan ids. Stored
 * prices are read from Stripe before use: products and prices may be changed there by hand.
 */
@Injectable()
export class CatalogService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly plans: PlansService,
    private readonly prices: PricesRepository,
  ) {}

  /**
   * A price at which a plan's version can be sold now. An archived one is activated again, a missing one is created
   * with a lookup key, by which a retry finds it.
   * @throws as `StripeApi.call`
   */
  async ensurePrice(context: RequestContext, plan: PlanWithTerms): Promise<string> {
    const price = await this.findOrMakePrice(plan, await this.listKnown(context, plan.id));
    await this.putPrice(context, price);
    return price.id;
  }

  /** `ensurePrice` without its transactions: call `listKnown` before it, and `putPrice` after. */
  async findOrMakePrice(plan: PlanWithTerms, known: StripePrice[]): Promise<StripePrice> {
    const { id } = await this.makeSellable(plan, await this.read(plan, known));
    return { id, planId: plan.id, planVersion: plan.terms.version };
  }

  /** The stored prices of a plan. */
  listKnown(context: RequestContext, planId: string): Promise<StripePrice[]> {
    return this.database.platform(context, REASON, (tx) => this.prices.listOf(tx, planId));
  }

  putPrice(context: RequestContext, price: StripePrice): Promise<void> {
    return this.database.platform(context, REASON, (tx) => this.prices.put(tx, price));
  }

  /** Stripe accepts no archived price for a subscription that returns to it. @throws as `StripeApi.call` */
  async activatePrice(id: string): Promise<void> {
    const price = await this.stripe.find((stripe) => stripe.prices.retrieve(id));
    if (price && !price.active) await this.activate(price);
  }

  /** What `sync` would do. */
  async compare(context: RequestContext): Promise<CatalogDifference[]> {
    const differences: CatalogDifference[] = [];
    for (const plan of await this.listPriced(context))
      differences.push(...(await this.comparePlan(context, plan)));
    return differences;
  }

  /** Updates Stripe's catalogue from the plans. Idempotent. @returns the changes made */
  async sync(context: RequestContext): Promise<CatalogDifference[]> {
    const differences = await this.compare(context);
    for (const plan of await this.listPriced(context)) {
      await this.ensurePrice(context, plan);
      const due = differences.filter(({ planId }) => planId === plan.id);
      await this.syncPlan(plan, due);
    }
    return differences;
  }

  /** Everything that `ensurePrice` has not done. */
  private async syncPlan({ id, name }: PlanWithTerms, due: CatalogDifference[]): Promise<void> {
    for (const { change, detail } of due) {
      if (change === 'rename_product')
        await this.stripe.call((stripe) => stripe.products.update(id, { name }));
      if (change === 'archive_price')
        await this.stripe.call((stripe) => stripe.prices.update(detail, { active: false }));
    }
  }

  private async comparePlan(
    context: RequestContext,
    plan: PlanWithTerms,
  ): Promise<CatalogDifference[]> {
    const { id: planId, slug, name } = plan;
    const known = await this.listKnown(context, plan.id);
    const { product, price, impostor } = await this.read(plan, known);
    const old = product ? await this.listOldPrices(plan, price) : [];
    const found: [isSo: boolean, change: CatalogChange, detail: string][] = [
      [!product, 'create_product', name],
      [!!product && product.name !== name, 'rename_product', `${product?.name} → ${name}`],
      [!!product && !product.active, 'activate_product', name],
      [!price && !impostor, 'create_price', describePrice(plan)],
      [!price && !!impostor, 'replace_price', `${impostor?.id}: ${describePrice(plan)}`],
      [!!price && !price.active, 'activate_price', price?.id ?? ''],
      ...old.map(({ id }) => [true, 'archive_price', id] as [boolean, CatalogChange, string]),
    ];
    return found
      .filter(([isSo]) => isSo)
      .map(([, change, detail]) => ({ planId, slug, change, detail }));
  }

  /** Other prices, mostly of earlier versions: they still charge their subscribers, and are not sold. */
  private async listOldPrices(
    plan: PlanWithTerms,
    current: Stripe.Price | null,
  ): Promise<Stripe.Price[]> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.prices.list({ product: plan.id, active: true, limit: 100 }),
    );
    return data.filter(({ id }) => id !== current?.id);
  }

  private async read(plan: PlanWithTerms, prices: StripePrice[]): Promise<AtStripe> {
    const known = prices.find(({ planVersion }) => planVersion === plan.terms.version);
    const [product, remembered, named] = await Promise.all([
      this.stripe.find((stripe) => stripe.products.retrieve(plan.id)),
      known && this.stripe.find((stripe) => stripe.prices.retrieve(known.id)),
      this.findNamed(plan),
    ]);
    const price = [remembered, named].find((each) => each && isPriceOf(plan, each)) ?? null;
    const impostor = named && !isPriceOf(plan, named) ? named : null;
    return { product, price, impostor };
  }

  private async findNamed(plan: PlanWithTerms): Promise<Stripe.Price | null> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.prices.list({ lookup_keys: [lookupKeyOf(plan)], limit: 1 }),
    );
    return data[0] ?? null;
  }

  private async makeSellable(plan: PlanWithTerms, there: AtStripe): Promise<Stripe.Price> {
    if (!there.product) await this.createProduct(plan);
    else if (!there.product.active) await this.activateProduct(plan);
    if (!there.price) return this.makePrice(plan, there.impostor);
    if (!there.price.active) await this.activate(there.price);
    return there.price;
  }

  private activate({ id }: Stripe.Price): Promise<Stripe.Price> {
    return this.stripe.call((stripe) => stripe.prices.update(id, { active: true }));
  }

  private activateProduct({ id }: PlanWithTerms): Promise<Stripe.Product> {
    return this.stripe.call((stripe) => stripe.products.update(id, { active: true }));
  }

  /** The lookup key is unique: if another process was first, its price is used. */
  private async makePrice(
    plan: PlanWithTerms,
    impostor: Stripe.Price | null,
  ): Promise<Stripe.Price> {
    try {
      return await this.createPrice(plan, impostor);
    } catch (error) {
      const existing = await this.findNamed(plan);
      if (!existing || !isPriceOf(plan, existing)) throw error;
      return existing;
    }
  }

  /** Transfers the lookup key from a price with another amount: prices are immutable at Stripe. */
  private createPrice(plan: PlanWithTerms, impostor: Stripe.Price | null): Promise<Stripe.Price> {
    const { priceAmount, priceCurrency, intervalUnit, intervalCount } = plan.terms;
    const transfer = impostor && { transfer_lookup_key: true };
    const options = impostor && { idempotencyKey: `tenantry_price_instead_of_${impostor.id}` };
    return this.stripe.call((stripe) =>
      stripe.prices.create(
        {
          product: plan.id,
          unit_amount: priceAmount,
          currency: priceCurrency,
          recurring: { interval: intervalUnit, interval_count: intervalCount },
          lookup_key: lookupKeyOf(plan),
          ...transfer,
        },
        options ?? {},
      ),
    );
  }

  private async createProduct({ id, name }: PlanWithTerms): Promise<void> {
    await this.stripe
      .call((stripe) => stripe.products.create({ id, name }))
      .catch(async (error: unknown) => {
        const existing = await this.stripe.find((stripe) => stripe.products.retrieve(id));
        if (!existing) throw error;
      });
  }

  private async listPriced(context: RequestContext): Promise<PlanWithTerms[]> {
    const plans = await this.database.platform(context, REASON, (tx) => this.plans.listAll(tx));
    return plans.filter(({ terms, archivedAt }) => terms.priceAmount > 0 && !archivedAt);
  }
}

/** The unique name of a plan's version at Stripe. */
function lookupKeyOf({ id, terms }: PlanWithTerms): string {
  return `${LOOKUP_PREFIX}${id}_${terms.version}`;
}

/** A price of the plan's product with the amount of the version. */
function isPriceOf({ id, terms }: PlanWithTerms, price: Stripe.Price): boolean {
  const { product, unit_amount: amount, currency, recurring } = price;
  return (
    idOf(product) === id &&
    amount === terms.priceAmount &&
    currency === terms.priceCurrency &&
    recurring?.interval === terms.intervalUnit &&
    recurring.interval_count === terms.intervalCount
  );
}

function describePrice({ terms }: PlanWithTerms): string {
  const { version, priceAmount, priceCurrency, intervalUnit, intervalCount } = terms;
  return `version ${version}: ${priceAmount} ${priceCurrency} every ${intervalCount} ${intervalUnit}`;
}
