import type { Response } from 'supertest';
import type { ApiFault } from '@tenantry/local-stripe';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import {
  isSubscriptionWrite,
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
} from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff, askToAssign, makePlan, REASON, type StaffMember } from '../../support/staff';
import { StripeGate } from '../../support/stripe-gate';
import { Gate, until } from '../../support/until';
import { clientAt } from '../../support/webhooks';

// A command that is on its way to Stripe: what is left of it when Stripe does not answer, when its answer is lost, and
// when others come meanwhile.

let door: StripeGate;
let world: BillingWorld;
let staff: StaffMember;
let pro: PlanResponse;
let large: PlanResponse;
let given: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  door = await StripeGate.open();
  world = await startPaidWorld({ stripeApiBase: door.url });
  door.target = world.stripe.url;
  staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  given = await makePlan(world.server, staff, { slug: 'given' });
});

afterAll(async () => {
  await world.stop();
  await door.close();
});

beforeEach(async () => {
  door.before = () => Promise.resolve();
  world.stripe.stopFailing();
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
});

interface Command {
  name: string;
  ask: () => Promise<Response>;
  /** What has to be done before. */
  first?: () => Promise<unknown>;
  /** What is seen afterwards. */
  effect: object;
}

const COMMANDS: Command[] = [
  {
    name: 'an upgrade',
    ask: () => own.ask('change', { planId: large.id }),
    effect: { plan: { slug: expect.any(String) as string, price: { amount: 9000 } } },
  },
  {
    name: 'a change to the free plan',
    ask: async () => own.ask('change', { planId: await world.planId('free'), when: 'now' }),
    effect: { status: 'active', plan: { slug: 'free' } },
  },
  {
    name: 'a cancellation now',
    ask: () => own.ask('cancel', { when: 'now' }),
    effect: { status: 'canceled' },
  },
  {
    name: 'a cancellation at the end of the period',
    ask: () => own.ask('cancel', { when: 'period_end' }),
    effect: { status: 'active', cancelAtPeriodEnd: true },
  },
  {
    name: 'its taking back',
    first: () => own.act('cancel', { when: 'period_end' }),
    ask: () => own.ask('uncancel'),
    effect: { status: 'active', cancelAtPeriodEnd: false },
  },
  { name: 'a pause', ask: () => own.ask('pause'), effect: { status: 'paused' } },
  {
    name: 'its end',
    first: () => own.act('pause'),
    ask: () => own.ask('resume'),
    effect: { status: 'active', pausedAt: null },
  },
  {
    name: 'switching renewal off',
    ask: () => own.askToUpdate({ autoRenew: false }),
    effect: { status: 'active', autoRenew: false },
  },
  {
    name: 'an assignment by staff',
    ask: () => {
      const body = { planId: given.id, reason: REASON, stripe: 'cancel' };
      return askToAssign(world.server, staff, own.customer, body);
    },
    effect: { status: 'active', plan: { slug: 'given' } },
  },
];

/** What of both sides must not change by a command that came to nothing. */
async function bothSides(): Promise<unknown> {
  const { id, status, metadata, cancel_at_period_end, pause_collection, items } = own.atStripe;
  const price = items.data[0]!.price.id;
  const stripe = { id, status, metadata, cancel_at_period_end, pause_collection, price };
  return { local: await own.read(), stripe, charged: own.charged };
}

// The first, since a month passes, with an invoice for each subscription that is there.
describe('reading and previewing', () => {
  afterAll(async () => {
    staff = await addStaff(world.server); // sessions of staff are short
  });

  it('hold no transaction while they speak with Stripe', async () => {
    const { token } = own.customer;
    const calls = await watchTransactions(async () => {
      await world.server.get('/v1/billing', token).expect(200);
      await world.server.get('/v1/billing/invoices', token).expect(200);
      await world.server.post('/v1/billing/portal-sessions', token).expect(201);
      await own.preview({ planId: large.id });
      await world.pass(32 * DAY_MS);
      await world.subscribe(large.slug);
    });
    expect(calls.open).toEqual([]);
    for (const path of ['/v1/billing_portal/sessions', '/v1/checkout/sessions', '/v1/customers'])
      expect(calls.made).toContain(`POST ${path}`);
    expect(calls.made).toContain('GET /v1/subscriptions');
  });
});

describe.each(COMMANDS)('$name', ({ ask, first, effect }) => {
  beforeEach(async () => {
    await first?.();
    await world.settle();
  });

  it.each([
    ['cut off', 'reset' as const],
    ['500', { status: 500 }],
    ['429', { status: 429, code: 'rate_limit' }],
  ])('while Stripe is away (%s) is refused, and nothing is half done', async (_, fault) => {
    const before = await bothSides();
    world.stripe.failNext(100, fault);
    const refused = await ask();
    expectProblem(refused, 503, 'payment_provider_unavailable');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    world.stripe.stopFailing();
    await world.settle();
    expect(await bothSides()).toEqual(before);
    expect(await own.operations()).toEqual(
      first ? [expect.objectContaining({ outcome: 'done' })] : [],
    );
  });

  it('whose answer is lost is done once; a job finishes it', async () => {
    const mark = own.mark();
    world.stripe.webhooks.mode = 'dropped';
    world.stripe.failNext(2, { afterEffect: true }, isSubscriptionWrite);
    expectProblem(await ask(), 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
    const charged = own.charged;
    await own.finishLater();
    expect(await own.read()).toMatchObject(effect);
    expect((await own.operations()).map(({ outcome }) => outcome)).not.toContain(null);
    expect(own.charged).toBe(charged);
    expect(keysAreRepeated(mark)).toBe(true);
    const written = own.writesSince(mark).length;
    await own.finishLater();
    expect(own.writesSince(mark)).toHaveLength(written);
  });

  it('whose answer is lost is joined by the second click', async () => {
    world.stripe.failNext(2, { afterEffect: true }, isSubscriptionWrite);
    expectProblem(await ask(), 503, 'payment_provider_unavailable');
    const again = await ask();
    if (again.status !== 200) expectProblem(again, 409, 'invalid_state'); // its news came first
    await own.finishLater();
    expect(await own.read()).toMatchObject(effect);
    const outcomes = (await own.operations()).map(({ outcome }) => outcome);
    expect(outcomes.every((outcome) => outcome === 'done')).toBe(true);
  });

  it('is not written down as refused when another makes the same call', async () => {
    world.stripe.failNext(
      100,
      { status: 409, code: 'idempotency_key_in_use' },
      isSubscriptionWrite,
    );
    expectProblem(await ask(), 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
    await own.finishLater();
    expect(await own.read()).toMatchObject(effect);
  });

  it('holds no transaction while it speaks with Stripe', async () => {
    const calls = await watchTransactions(async () => {
      expect((await ask()).status).toBe(200);
      await world.settle();
    });
    expect(calls.open).toEqual([]);
    expect(calls.made.some((call) => !call.startsWith('GET'))).toBe(true);
  });
});

describe('Stripe that does not answer at all', () => {
  it('is given up', async () => {
    world.stripe.failNext(100, 'hang');
    const refused = await own.ask('cancel', { when: 'now' });
    expectProblem(refused, 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
  });
});

describe('another command', () => {
  it('meanwhile is told to wait, and the same one joins', async () => {
    const [arrived, gate] = [new Gate(), new Gate()];
    door.before = async (call) => {
      if (call !== `POST /v1/subscriptions/${own.atStripe.id}`) return;
      arrived.open();
      await gate.opened;
    };
    const first = own.ask('pause');
    await arrived.opened;
    const other = await own.ask('cancel', { when: 'now' });
    expectProblem(other, 409, 'billing_busy');
    expect(Number(other.headers['retry-after'])).toBeGreaterThan(0);
    const second = own.ask('pause');
    gate.open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect((await own.read()).status).toBe('paused');
    expect(await own.operations()).toHaveLength(1);
    await own.act('cancel', { when: 'now' });
  });

  it('comes through when the first has come to nothing', async () => {
    world.stripe.setCard(own.stripeCustomerId, 'declined');
    expectProblem(await own.ask('change', { planId: large.id }), 402, 'payment_failed');
    await own.act('pause');
  });
});

describe('what Stripe never answered', () => {
  const outcomes = async () => (await own.operations()).map(({ outcome }) => outcome);

  async function loseUpgrade(fault: ApiFault): Promise<void> {
    world.stripe.failNext(100, fault, isSubscriptionWrite);
    const refused = await own.ask('change', { planId: large.id, when: 'now' });
    expectProblem(refused, 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
  }

  it.each(['in_order', 'dropped'] as const)(
    'is not done later for an owner who has canceled in the portal meanwhile (events: %s)',
    async (mode) => {
      const charged = own.charged;
      await loseUpgrade('reset');
      world.stripe.webhooks.mode = mode;
      await clientAt(world).subscriptions.update(own.atStripe.id, { cancel_at_period_end: true });
      await world.stripe.settled();
      const mark = own.mark();
      await own.finishLater();
      expect([await outcomes(), own.writesSince(mark)]).toEqual([['refused'], []]);
      expect([own.charged, own.priceAtStripe]).toEqual([charged, 3000]);
      expect(own.atStripe.cancel_at_period_end).toBe(true);
      expect(await own.read()).toMatchObject({ plan: { id: pro.id }, cancelAtPeriodEnd: true });
    },
  );

  it('is not done once Stripe has forgotten its keys', async () => {
    const charged = own.charged;
    await loseUpgrade('reset');
    world.server.clock.moveBy(23 * HOUR_MS + 60_000);
    world.stripe.advanceBy(23 * HOUR_MS + 60_000);
    const mark = own.mark();
    await own.finishLater();
    expect([await outcomes(), own.writesSince(mark)]).toEqual([['refused'], []]);
    expect([own.charged, own.priceAtStripe]).toEqual([charged, 3000]);
    expect((await own.act('change', { planId: large.id, when: 'now' })).plan.id).toBe(large.id);
  });

  it('but did is seen, however late', async () => {
    world.stripe.webhooks.mode = 'dropped';
    await loseUpgrade({ afterEffect: true });
    const charged = own.charged;
    world.server.clock.moveBy(30 * HOUR_MS);
    world.stripe.advanceBy(30 * HOUR_MS);
    const mark = own.mark();
    await own.finishLater();
    expect(await outcomes()).not.toContain(null);
    expect(own.writesSince(mark)).toEqual([]);
    expect(await own.read()).toMatchObject({ plan: { id: large.id }, status: 'active' });
    expect(own.charged).toBe(charged);
  });

  it.each<[string, ApiFault]>([
    ['before it was done', 'reset'],
    ['after it was done', { afterEffect: true }],
  ])('of an assignment whose plan is archived meanwhile ends: %s', async (_, fault) => {
    const colleague = await addStaff(world.server);
    const gone = await makePlan(world.server, colleague);
    world.stripe.webhooks.mode = 'dropped';
    world.stripe.failNext(100, fault, isSubscriptionWrite);
    const body = { planId: gone.id, reason: REASON, stripe: 'cancel' };
    const refused = await askToAssign(world.server, colleague, own.customer, body);
    expectProblem(refused, 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
    await world.server.post(`/v1/staff/plans/${gone.id}/archive`, colleague.token).expect(200);

    await own.finishLater();
    expect(await outcomes()).toEqual(['refused']);
    const { status } = await own.read();
    expect(status).toBe(own.atStripe.status); // whichever it is
    if (status === 'active') await own.act('pause');
    else expect((await world.openCheckout(own.customer, large.slug)).status).toBe(201);
  });
});

/**
 * Keeps each call at the door until no connection of the application is in a transaction. One that waits for the call
 * itself never ends, and is reported.
 */
async function watchTransactions(
  work: () => Promise<void>,
): Promise<{ made: string[]; open: string[] }> {
  const seen = { made: [] as string[], open: [] as string[] };
  door.before = async (call) => {
    seen.made.push(call);
    if (await staysInTransaction()) seen.open.push(call);
  };
  await work();
  door.before = () => Promise.resolve();
  return seen;
}

function staysInTransaction(): Promise<boolean> {
  const ended = until('no transaction is open', async () => {
    const open = await world.server.database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
    return open.length === 0;
  });
  return ended.then(
    () => false,
    () => true,
  );
}

/** Whether calls that came again came under the key of the first. */
function keysAreRepeated(mark: number): boolean {
  const writes = own.writesSince(mark).filter(({ method }) => method === 'POST');
  const distinct = new Set(writes.map(({ path, params }) => `${path} ${JSON.stringify(params)}`));
  const keys = new Set(writes.map(({ idempotencyKey }) => idempotencyKey));
  return keys.size === distinct.size && !keys.has(null);
}
