import { RequestContext } from '../../../src/common/request-context';
import { EndsService } from '../../../src/modules/billing/commands/ends.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import type { BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { addStaff, askToAssign, makePlan, type StaffMember } from '../../support/staff';
import { statementsOf } from '../../support/statement-counter';
import { TestApplication } from '../../support/test-application';
import { LIMITS } from '../../product/description';

// What a use case costs the database: its transactions, and how often it reads what it needs once.

const LIMITED = { limits: { ...LIMITS, seats: 5 } };
const LOOK_UP = /token_hash = \$1/;

let world: BillingWorld;
let staff: StaffMember;
let free: PlanResponse;
let small: PlanResponse;
let large: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  staff = await addStaff(world.server);
  free = await makePlan(world.server, staff, LIMITED);
  small = await makePaidPlan(world, staff, 1000);
  large = await makePaidPlan(world, staff, 9000);
  own = await PaidSubscription.begin(world, small);
  world.stripe.webhooks.mode = 'dropped'; // events come to this process too, in transactions of their own
});

afterAll(async () => {
  await world.stop();
});

interface Cost {
  transactions: number;
  /** Statements that read the row of `billing_accounts`. */
  accountReads: number;
}

/** Without the guard's, which looks a token up that its process does not know at the moment. */
async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const { all } = await statementsOf(work);
  const transactions = all
    .join('\n')
    .split(/^BEGIN/m)
    .slice(1);
  return {
    transactions: transactions.filter((text) => !LOOK_UP.test(text)).length,
    accountReads: all.filter((text) => /SELECT[^;]*FROM billing_accounts/.test(text)).length,
  };
}

describe('at Stripe', () => {
  async function expectFew(action: string, body?: object): Promise<void> {
    const cost = await costOf(() => own.act(action, body));
    expect(cost.transactions).toBeLessThanOrEqual(6);
    expect(cost.accountReads).toBe(1);
  }

  it('the preview of a plan change takes 3 transactions, and reads no account', async () => {
    const cost = await costOf(() => own.preview({ planId: large.id }));
    expect(cost).toEqual({ transactions: 3, accountReads: 0 });
  });

  it('a plan change takes at most 6 transactions, and reads the account once', async () => {
    await expectFew('change', { planId: large.id }); // now, and charged
    await expectFew('change', { planId: small.id }); // waits for the end of the period
    await expectFew('change', { planId: large.id }); // called off
    await expectFew('change', { planId: free.id }); // ends at Stripe
    await expectFew('change', { planId: large.id });
  });

  it('with an idempotency key it takes at most 6 as well', async () => {
    const { transactions } = await costOf(async () => {
      const body = { planId: small.id };
      const answer = await world.server
        .post('/v1/subscription/change', own.customer.token, body)
        .set('idempotency-key', 'a-change-under-a-key');
      expect(answer.status).toBe(200);
    });
    expect(transactions).toBeLessThanOrEqual(6);
  });

  it.each([
    ['cancel', { when: 'period_end' }],
    ['uncancel', undefined],
    ['pause', undefined],
    ['resume', undefined],
  ])('%s takes at most 6, and reads the account once', async (action, body) => {
    await expectFew(action, body);
  });
});

describe('a checkout', () => {
  it('takes at most 6 transactions, 1 for the page that is open, and 5 for another plan', async () => {
    const customer = await signUp(world.server);
    const open = (plan: PlanResponse) => async () => {
      expect((await world.openCheckout(customer, plan.slug)).status).toBe(201);
    };
    expect((await costOf(open(small))).transactions).toBeLessThanOrEqual(6);
    expect((await costOf(open(small))).transactions).toBe(1);
    expect((await costOf(open(large))).transactions).toBeLessThanOrEqual(5);
  });
});

describe('decisions of staff', () => {
  const review = () =>
    world.server.app
      .get(EndsService)
      .review(RequestContext.job('test.review'), { businessId: own.customer.business.id });

  it('a review that finds nothing to do takes 1 transaction', async () => {
    expect((await costOf(review)).transactions).toBe(1);
  });

  it('a review that sets an end at Stripe takes at most 6', async () => {
    await world.server.database.query('UPDATE plans SET renews = false WHERE id = $1', [large.id]);
    const { transactions } = await costOf(review);
    expect((await own.read()).endReason).toBe('plan_not_renewed');
    expect(transactions).toBeLessThanOrEqual(6);
  });

  it('an assigned plan takes at most 6: the first one finds the business', async () => {
    const body = { planId: free.id, reason: 'by contract', stripe: 'cancel' };
    const { transactions } = await costOf(async () => {
      expect((await askToAssign(world.server, staff, own.customer, body)).status).toBe(200);
    });
    expect(transactions).toBeLessThanOrEqual(6);
  });
});

describe('without Stripe', () => {
  async function expectTwo(server: TestApplication, plan: PlanResponse): Promise<void> {
    const { token } = await signUp(server);
    const { transactions, accountReads } = await costOf(async () => {
      const answer = await server.post('/v1/subscription/change', token, { planId: plan.id });
      expect(answer.status).toBe(200);
    });
    expect(transactions).toBeLessThanOrEqual(2);
    expect(accountReads).toBe(0);
  }

  it('a plan change of a business that pays nothing takes at most 2 transactions', async () => {
    await expectTwo(world.server, free);
  });

  it('a plan change takes at most 2 transactions where no provider is configured', async () => {
    const server = await TestApplication.start();
    try {
      await expectTwo(server, await makePlan(server, await addStaff(server), LIMITED));
    } finally {
      await server.stop();
    }
  });
});
