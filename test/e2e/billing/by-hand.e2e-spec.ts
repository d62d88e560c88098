import { RequestContext } from '../../../src/common/request-context';
import type { Page } from '../../../src/common/pagination';
import type { InboxEventResponse } from '../../../src/modules/billing/dto/inbox';
import type { BillingDifference } from '../../../src/modules/billing/sync/verification.service';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { createPrice } from '../../../packages/local-stripe/test/fixtures';
import { outliveGrace } from '../../support/missed-payments';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  stripePriceOf,
} from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff } from '../../support/staff';
import { until } from '../../support/until';
import { clientAt, makeJobsDue } from '../../support/webhooks';

// Staff make subscriptions at Stripe's dashboard, past every checkout: the tenant gets what is paid for, or staff are
// told why not. A double charge is reported to staff.

let world: BillingWorld;
let pro: PlanResponse;
let large: PlanResponse;
let euros: PlanResponse;
/** Of something that is sold beside the application. */
let foreign: string;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  euros = await makePaidPlan(world, staff, 2000, { price: { amount: 2000, currency: 'eur' } });
  foreign = (await createPrice(clientAt(world), 7_700)).id;
});

afterAll(async () => {
  await world.stop();
});

const SECOND = 'a duplicate subscription is charged: cancel it at Stripe';

const statuses = (own: PaidSubscription) => own.allAtStripe.map(({ status }) => status);

async function differencesOf(own: PaidSubscription): Promise<BillingDifference[]> {
  const context = RequestContext.job('test.verify');
  const { differences } = await world.server.app.get(VerificationService).verify(context);
  return differences.filter(({ customerId }) => customerId === own.stripeCustomerId);
}

/** What staff read of the events of a customer that had no effect. */
async function reasonsOf(own: PaidSubscription): Promise<(string | null)[]> {
  const staff = await addStaff(world.server); // time has passed since the last one came
  const path = '/v1/staff/webhook-inbox?state=waiting';
  const answer = await world.server.get(path, staff.token);
  const { data: events } = answer.body as Page<
    Pick<InboxEventResponse, 'customerId' | 'lastError'>
  >;
  const ofOwn = events.filter(({ customerId }) => customerId === own.stripeCustomerId);
  return [...new Set(ofOwn.map(({ lastError }) => lastError))];
}

/** Ends what belongs to no plan, so that its events are done with. */
async function endForeign(): Promise<void> {
  for (const { id, status, items } of world.stripe.state.subscriptions.all())
    if (items.data[0]!.price.id === foreign && status !== 'canceled')
      await clientAt(world).subscriptions.cancel(id);
  await makeJobsDue(world.server.database);
  await world.settle();
}

afterEach(endForeign);
afterEach(() => world.endSubscriptions());

describe('with the price of a plan', () => {
  it('gives the plan, closes the page that is open, and takes every command', async () => {
    const own = await PaidSubscription.unpaid(world, pro);
    await own.makeByHand(await stripePriceOf(world, pro));
    await world.settle();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
    expect(world.stripe.state.sessions.all().at(-1)).toMatchObject({ status: 'expired' });
    expectProblem(await world.openCheckout(own.customer, large.slug), 409, 'subscription_exists');

    expect(await own.act('change', { planId: large.id, when: 'now' })).toMatchObject({
      plan: { id: large.id },
    });
    expect([own.priceAtStripe, own.charged]).toEqual([9000, 9000]);
    await own.act('cancel', { when: 'now' });
    await world.settle();
    expect([statuses(own), await differencesOf(own)]).toEqual([['canceled'], []]);
  });

  it('stays beside the one that is followed, and staff are told of the second charge', async () => {
    const own = await PaidSubscription.begin(world, large);
    world.stripe.setCard(own.stripeCustomerId, 'good');
    await own.makeByHand(await stripePriceOf(world, pro));
    await world.settle();
    expect(await own.read()).toMatchObject({ plan: { id: large.id } });
    expect(statuses(own)).toEqual(['active', 'active']);
    expect(await differencesOf(own)).toMatchObject([
      { stripeSubscriptionId: own.atStripe.id, detail: SECOND },
    ]);
  });

  it('ends once another is paid for, where it has lost its grace', async () => {
    const own = await PaidSubscription.unpaid(world, pro);
    await own.makeByHand(await stripePriceOf(world, pro));
    await world.settle();
    await outliveGrace(world, own);
    await world.pay(own.customer, large.slug);
    expect(statuses(own)).toEqual(['canceled', 'active']);

    const { charged } = own;
    world.stripe.setCard(own.stripeCustomerId, 'good');
    await world.pass(16 * DAY_MS); // later than every further try at the old invoice
    expect([statuses(own), own.charged]).toEqual([['canceled', 'active'], charged]);
    expect(await differencesOf(own)).toEqual([]);
  });
});

describe('with a price that belongs to no plan', () => {
  const REASON = /has the price price_\w+, which belongs to no plan of this installation/;

  it('gives nothing, and staff read why; what a checkout sells comes all the same', async () => {
    const own = await PaidSubscription.unpaid(world, pro);
    const { id } = await own.makeByHand(foreign);
    const page = world.stripe.state.sessions.all().at(-1)!;
    expect(await differencesOf(own)).toMatchObject([
      { stripeSubscriptionId: id, detail: expect.stringMatching(REASON) as string },
    ]);
    await until('staff read why', async () => !(await reasonsOf(own)).includes(null));
    expect(await reasonsOf(own)).toEqual([expect.stringMatching(REASON)]);
    expect(await own.read()).toMatchObject({ plan: { slug: 'free' } });

    world.stripe.completeCheckout(page.id, { card: 'good' });
    await makeJobsDue(world.server.database);
    await world.settle();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
    expect(await differencesOf(own)).toMatchObject([{ stripeSubscriptionId: id, detail: SECOND }]);
  });

  it('does not hide a payment for a plan that is older', async () => {
    const own = await PaidSubscription.begin(world, pro);
    await outliveGrace(world, own);
    const { id: first } = own.atStripe;
    world.stripe.setCard(own.stripeCustomerId, 'good');
    await own.makeByHand(foreign);
    world.stripe.payOpenInvoice(own.stripeCustomerId);
    await makeJobsDue(world.server.database);
    await world.settle();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
    expect(own.allAtStripe[0]).toMatchObject({ id: first, status: 'active' });
  });

  it('in another currency refuses the checkout until staff have ended it', async () => {
    const own = await PaidSubscription.unpaid(world, pro);
    await own.makeByHand(foreign);
    const refused = await world.openCheckout(own.customer, euros.slug);
    expectProblem(refused, 409, 'payment_provider_refused');
    await endForeign();
    await world.pay(own.customer, euros.slug);
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: euros.id } });
  });
});

it('one that waits for a payment in another currency ends when a plan is to be bought', async () => {
  const own = await PaidSubscription.begin(world, euros);
  await outliveGrace(world, own);
  world.stripe.setCard(own.stripeCustomerId, 'good');
  await world.pay(own.customer, pro.slug);
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
  expect(statuses(own)).toEqual(['canceled', 'active']);
  expect(await differencesOf(own)).toEqual([]);
});

it('for a customer who is not known here, it is ignored', async () => {
  const client = clientAt(world);
  const { id: customer } = await client.customers.create({ email: 'ada@example.com' });
  world.stripe.setCard(customer, 'good');
  const items = [{ price: await stripePriceOf(world, pro) }];
  expect((await client.subscriptions.create({ customer, items })).status).toBe('active');
  await world.settle();
  const rows = await world.server.database.query<{ outcome: string }>(
    'SELECT DISTINCT outcome FROM webhook_inbox WHERE customer_id = $1',
    [customer],
  );
  expect(rows).toEqual([{ outcome: 'ignored' }]);
  const { differences } = await world.server.app
    .get(VerificationService)
    .verify(RequestContext.job('test.verify'));
  expect(differences.filter(({ customerId }) => customerId === customer)).toEqual([]);
});
