import type Stripe from 'stripe';
import { RequestContext } from '../../../src/common/request-context';
import { SyncService } from '../../../src/modules/billing/sync/sync.service';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff, type StaffMember } from '../../support/staff';
import {
  deliverAll,
  eventOf,
  makeJobsDue,
  newEventId,
  readInbox,
  sign,
} from '../../support/webhooks';

// Stripe says of a subscription what this version does not know, as a later version of its API may.

let world: BillingWorld;
let staff: StaffMember;
let pro: PlanResponse;
let large: PlanResponse;
let own: PaidSubscription;
let known: Stripe.Subscription;

beforeAll(async () => {
  world = await startPaidWorld();
  staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
  known = own.atStripe;
});

afterEach(() => say({}));

/** What Stripe says of the subscription from now on, whether it is so or not. */
function say(changes: object): void {
  world.stripe.misreport(known.id, changes);
}

const withItem = (changes: object) => {
  const [item] = known.items.data;
  return { items: { ...known.items, data: [{ ...item, ...changes }] } };
};

const UNKNOWN: [string, () => object, string][] = [
  ['a new status', () => ({ status: 'frozen' }), 'the status frozen'],
  ['no items', () => ({ items: { ...known.items, data: [] } }), 'no item with a price'],
  ['an item without a price', () => withItem({ price: null }), 'no item with a price'],
  ['no period', () => withItem({ current_period_end: null }), 'null as its current_period_end'],
  ['no anchor', () => ({ billing_cycle_anchor: null }), 'null as its billing_cycle_anchor'],
];

const COMMANDS: [string, () => object][] = [
  ['cancel', () => ({ when: 'now' })],
  ['cancel', () => ({ when: 'period_end' })],
  ['pause', () => ({})],
  ['preview-change', () => ({ planId: large.id, when: 'now' })],
  ['change', () => ({ planId: large.id, when: 'now' })],
  ['change', () => ({ planId: large.id, when: 'period_end' })],
];

describe.each(UNKNOWN)('with %s', (_, changes, what) => {
  it('every command is refused, and nothing changes', async () => {
    say(changes());
    const [mark, charged, before] = [own.mark(), own.charged, await own.read()];
    for (const [action, body] of COMMANDS)
      expectProblem(await own.ask(action, body()), 409, 'payment_provider_state_unknown');
    expect([own.writesSince(mark), own.charged, await own.read()]).toEqual([[], charged, before]);
  });

  it('staff see why its events wait, which have their effect when it is known again', async () => {
    say(changes());
    const id = newEventId();
    await deliverAll(world.server, [sign(world.server, eventOf(own.stripeCustomerId, { id }))]);
    const reason = `${known.id} at Stripe has ${what}, which is not known here`;
    const sync = world.server.app.get(SyncService);
    const context = RequestContext.job('billing.sync');
    await expect(sync.sync(context, { customerId: own.stripeCustomerId })).rejects.toThrow(reason);
    const listed = await world.server.get('/v1/staff/webhook-inbox?state=waiting', staff.token);
    expect(listed.body).toMatchObject({ data: [{ id, lastError: reason }] });

    const report = await world.server.app
      .get(VerificationService)
      .verify(RequestContext.job('billing.verify'), true);
    expect(report.differences).toMatchObject([{ stripeSubscriptionId: known.id, detail: reason }]);

    say({ cancel_at_period_end: true });
    await makeJobsDue(world.server.database);
    await world.settle();
    expect(await readInbox(world.server.database, [id])).toMatchObject([{ outcome: 'applied' }]);
    expect(await own.read()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
  });
});

it('one that is unknown beside the own does not keep it from anything', async () => {
  const second = { ...known, id: 'sub_of_another_kind' };
  world.stripe.state.subscriptions.put(second);
  world.stripe.misreport(second.id, { status: 'frozen' });
  expect(await own.act('cancel', { when: 'period_end' })).toMatchObject({
    cancelAtPeriodEnd: true,
  });
  expect(await own.act('uncancel')).toMatchObject({ cancelAtPeriodEnd: false });
  world.stripe.misreport(second.id, { status: 'incomplete_expired' });
  await makeJobsDue(world.server.database);
  await world.settle();
});

it('a customer of whom Stripe leaves out what is optional has a billing page all the same', async () => {
  world.stripe.misreport(own.stripeCustomerId, { invoice_settings: null, name: null });
  const answer = await world.server.get('/v1/billing', own.customer.token);
  expect(answer).toMatchObject({
    status: 200,
    body: { customer: { name: null }, paymentMethod: { last4: '4242' } },
  });
});
