import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import { PasswordHasher } from '../../modules/identity/password-hasher';
import { Database } from '../../platform/database/database';
import { dayOf } from './batches';
import type { SeedPlan } from './chance/plan-choice';
import { readPlans, SEED_ACTION, SEED_PASSWORD, seedWorld, type InTransaction } from './seed-world';
import { makeBusiness, type SeededBusiness, type WorldOptions } from './world/world';
import type { DemoBusinessResponse } from './dto/demo-business';

/** Too many for a free plan. */
const RECORDINGS = 9_000;
/** One of ten seeds will do. */
const MAXIMUM_TRIES = 300;
const SEEDS = 2 ** 32;
const ONE_DAY_MS = 86_400_000;

/** A made-up business to look around in, as `seed:demo` makes many. */
@Injectable()
export class DemoBusinessService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @returns how its owner logs in */
  async create(): Promise<DemoBusinessResponse> {
    const passwordHash = await this.hasher.hash(SEED_PASSWORD);
    const context = RequestContext.job(SEED_ACTION);
    const inTransaction: InTransaction = (work) =>
      this.database.platform(context, 'the tenant does not exist yet', work);
    const seed = await inTransaction(async (tx) =>
      chooseSeed(await readPlans(tx), new Date(dayOf(tx.now))),
    );
    const world = { seed, businesses: 1, recordings: RECORDINGS, passwordHash };
    const { report } = await seedWorld(inTransaction, world, () => undefined);
    const { email, business } = report.logins[0]!; // of the one business
    return { businessName: business, email, password: SEED_PASSWORD };
  }
}

/** The seed of a business worth seeing; the last one tried where the plans allow none. */
function chooseSeed(plans: readonly SeedPlan[], today: Date): number {
  let seed = 0;
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    seed = randomInt(SEEDS);
    const world: WorldOptions = {
      ...{ seed, businesses: 1, recordings: RECORDINGS, plans, today, passwordHash: '' },
    };
    const business = makeBusiness(world, { index: 0, recordings: RECORDINGS });
    if (isWorthSeeing(business, plans, today)) break;
  }
  return seed;
}

/**
 * Its meter is neither empty nor full, its chart goes back beyond this period, and the period does not end on the day
 * that is made up from its midnight: it may have ended by now.
 */
export function isWorthSeeing(
  { status, planSlug, rows }: SeededBusiness,
  plans: readonly SeedPlan[],
  today: Date,
): boolean {
  const limit = plans.find(({ slug }) => slug === planSlug)?.recordingsLimit ?? Infinity;
  const share = Number(rows.usage_counters![0]!.used) / limit;
  const hasPast = rows.subscription_periods!.length > 0;
  const end = rows.subscriptions![0]!.period_end as Date;
  const isAhead = end.getTime() > today.getTime() + ONE_DAY_MS;
  return status === 'active' && hasPast && share > 0.3 && share < 0.9 && isAhead;
}
