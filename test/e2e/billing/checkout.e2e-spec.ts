import type { Response } from 'supertest';
import { createApplication } from '../../product/support/applications';
import { type BillingWorld, HOUR_MS } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { letAnswersStall, whileAtWork } from '../../support/keys-at-work';
import { addMember } from '../../support/members';
import { alignClocks, makePaidPlan, startPaidWorld } from '../../support/paid-subscriptions';
import { expectFaults, expectProblem } from '../../support/problems';
import { race } from '../../support/race';
import { addStaff, openSupport, type StaffMember } from '../../support/staff';

// A plan is paid for on a page of Stripe's. The local Stripe speaks Stripe's protocol; nothing of the server is replaced.

const PATH = '/v1/billing/checkout-sessions';
const PAGES = '/v1/checkout/sessions';

let world: BillingWorld;
let staff: StaffMember;
let customer: Customer;

beforeAll(async () => {
  world = await startPaidWorld();
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  staff = await addStaff(world.server); // sessions of staff end while tests let time pass
  world.stripe.stopFailing();
  world.stripe.webhooks.mode = 'in_order';
  alignClocks(world);
  customer = await signUp(world.server);
});

function pageIn({ body }: Response): { id: string; url: string } {
  return body as { id: string; url: string };
}

/** A page that has to be opened. */
async function openPage(slug = 'pro'): Promise<{ id: string; url: string }> {
  const opened = await world.openCheckout(customer, slug);
  if (opened.status !== 201) throw new Error(`checkout answered ${opened.text}`);
  return pageIn(opened);
}

/** A checkout with this body, and valid paths. */
async function ask(body: object, token = customer.token): Promise<Response> {
  const paths = { successPath: '/billing?paid=1', cancelPath: '/billing' };
  return world.server.post(PATH, token, { ...paths, ...body });
}

/** All that Stripe has of this business. */
function atStripe() {
  const { state } = world.stripe;
  const own = state.customers
    .all()
    .filter((each) => !each.deleted && each.metadata.business_id === customer.business.id);
  const ids = own.map(({ id }) => id);
  const ofThem = (each: { customer: unknown }) => ids.includes(String(each.customer));
  return {
    customers: own,
    sessions: state.sessions.all().filter(ofThem),
    subscriptions: state.subscriptions.all().filter(ofThem),
  };
}

describe('POST /v1/billing/checkout-sessions', () => {
  it('leads to a page; the subscription begins when it is paid', async () => {
    const opened = await world.openCheckout(customer);
    expect([opened.status, opened.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^cs_/) as string,
        url: expect.stringMatching(/^http/) as string,
      },
    ]);
    expect((await world.subscription(customer)).plan.slug).toBe('free');

    world.stripe.completeCheckout(pageIn(opened).id, { card: 'good' });
    await world.settle();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'active',
      plan: { slug: 'pro' },
      currentPeriod: { ordinal: 1 },
    });
  });

  it('gives no access while the first payment is missing', async () => {
    const { id } = await openPage();
    world.stripe.completeCheckout(id, { card: 'declined' });
    await world.settle();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'active',
      plan: { slug: 'free' },
    });
  });

  it('takes the price and the currency of the plan, and both addresses under APP_URL', async () => {
    const { id } = await openPage();
    expect(world.stripe.state.sessions.get(id)).toMatchObject({
      amount_total: 4900,
      currency: 'usd',
      success_url: 'http://app.test/billing?paid=1',
      cancel_url: 'http://app.test/billing',
      client_reference_id: customer.business.id,
    });
  });

  it.each(['price', 'amount', 'currency', 'quantity', 'customer', 'trialDays'])(
    'refuses a body that names its own %s',
    async (name) => {
      const planId = await world.planId('pro');
      expectFaults(await ask({ planId, [name]: 1 }), `/${name}`);
      expect(atStripe().customers).toEqual([]);
    },
  );

  it.each([
    'billing',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test',
    'javascript:alert(1)',
    '/a\nb',
    '/a\tb',
    '/ a',
    '/a\u0000b',
    '/\t/evil.test',
    '/ä',
    '',
    '@evil.test',
    '.evil.test',
  ])('refuses the path %j', async (path) => {
    const planId = await world.planId('pro');
    expectFaults(await ask({ planId, successPath: path }), '/successPath');
    expectFaults(await ask({ planId, cancelPath: path }), '/cancelPath');
  });

  it('knows no plan that is unlisted, archived or made up, and sells none that is free', async () => {
    const unlisted = await makePaidPlan(world, staff, 900, { public: false });
    const archived = await makePaidPlan(world, staff, 900);
    await world.server.post(`/v1/staff/plans/${archived.id}/archive`, staff.token).expect(200);
    for (const planId of [unlisted.id, archived.id, customer.business.id])
      expectProblem(await ask({ planId }), 404, 'plan_not_found');
    expectProblem(await ask({ planId: await world.planId('free') }), 409, 'invalid_state');
  });

  it('sells no plan that is too small for what is in use', async () => {
    const small = await makePaidPlan(world, staff, 900, {
      limits: { recordings: 10, applications: 0, seats: 5 },
    });
    await createApplication(world.server, customer);
    const refused = await ask({ planId: small.id });
    const { conflicts } = expectProblem(refused, 409, 'usage_exceeds_plan') as {
      conflicts?: object[];
    };
    expect(conflicts).toEqual([{ feature: 'applications', used: 1, limit: 0 }]);
    expect(atStripe().customers).toEqual([]);
  });

  it('is for owners alone', async () => {
    const planId = await world.planId('pro');
    for (const role of ['viewer', 'member', 'admin'] as const) {
      const { token } = await addMember(world.server, customer, role);
      expectProblem(await ask({ planId }, token), 403, 'permission_denied');
    }
    const { token } = await openSupport(world.server, staff, customer, { mode: 'write' });
    expectProblem(await ask({ planId }, token), 403, 'support_forbidden');
    expectProblem(await ask({ planId }, staff.token), 403, 'wrong_credential_kind');
    expect(atStripe().customers).toEqual([]);
  });
});

describe('clicks on checkout', () => {
  it('twice lead to one page', async () => {
    expect(await openPage()).toEqual(await openPage());
    const { customers, sessions } = atStripe();
    expect([customers.length, sessions.length]).toEqual([1, 1]);
  });

  it('ten at once lead to one page', async () => {
    const answers = await race(10, () => world.openCheckout(customer));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map((answer) => pageIn(answer).id)).size).toBe(1);
    const { customers, sessions } = atStripe();
    expect([customers.length, sessions.length]).toEqual([1, 1]);
  });

  it('on another plan close the first page, so that two can never be paid', async () => {
    const [monthly, yearly] = [await openPage('pro'), await openPage('pro-yearly')];
    expect(() => world.stripe.completeCheckout(monthly.id, { card: 'good' })).toThrow();
    world.stripe.completeCheckout(yearly.id, { card: 'good' });
    await world.settle();
    expect((await world.subscription(customer)).plan.slug).toBe('pro-yearly');
    expect(atStripe().subscriptions).toHaveLength(1);
  });

  it('on two plans at once leave one page open', async () => {
    for (let round = 0; round < 3; round += 1) {
      const slugs = ['pro', 'pro-yearly', 'pro', 'pro-yearly', 'pro', 'pro-yearly'];
      const answers = await race(6, (index) => world.openCheckout(customer, slugs[index]));
      for (const answer of answers)
        if (answer.status !== 201) expectProblem(answer, 409, 'billing_busy');
      const { sessions } = atStripe();
      expect(sessions.filter(({ status }) => status === 'open').length).toBeLessThanOrEqual(1);
    }
  });

  it('after a payment whose event was lost find the subscription, which is followed from then on', async () => {
    const { id } = await openPage();
    world.stripe.webhooks.mode = 'dropped';
    world.stripe.completeCheckout(id, { card: 'good' });
    for (const slug of ['pro', 'pro-yearly'])
      expectProblem(await world.openCheckout(customer, slug), 409, 'subscription_exists');
    expect((await world.subscription(customer)).plan.slug).toBe('pro');
    expect(atStripe().subscriptions).toHaveLength(1);
  });

  it('after the end of what was bought open another page', async () => {
    const { id } = await openPage();
    world.stripe.webhooks.mode = 'dropped';
    world.stripe.completeCheckout(id, { card: 'good' });
    const { subscriptions } = atStripe();
    await deleteAtStripe(`/v1/subscriptions/${subscriptions[0]!.id}`);
    expect((await openPage()).id).not.toBe(id);
  });

  it('after twelve hours find another page, the first being closed by itself', async () => {
    const first = await openPage();
    await world.pass(13 * HOUR_MS);
    const second = await openPage();
    expect(second.id).not.toBe(first.id);
    expect(world.stripe.state.sessions.get(first.id).status).toBe('expired');
  });

  it('give the first answer again to an Idempotency-Key', async () => {
    const planId = await world.planId('pro');
    const send = () =>
      world.server
        .post(PATH, customer.token, { planId, successPath: '/a', cancelPath: '/b' })
        .set('idempotency-key', `"${customer.business.id}"`);
    const [first, again] = [await send(), await send()];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
  });
});

it.each(['checkout-sessions', 'portal-sessions'])(
  'a second request for %s under a key that is at work is 409 at once',
  async (name) => {
    await letAnswersStall(world.server.database);
    await openPage();
    const planId = await world.planId('pro');
    const body = name === 'checkout-sessions' ? { planId, successPath: '/', cancelPath: '/' } : {};
    const send = () =>
      world.server
        .post(`/v1/billing/${name}`, customer.token, body)
        .set('idempotency-key', customer.business.id);
    const { first, second } = await whileAtWork(world.server.database, send);
    expect(first.status).toBe(201);
    expectProblem(second, 409, 'idempotency_key_in_use');
    const again = await send();
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true']);
  },
);

describe('a trial of a plan', () => {
  it('begins with the checkout, and a business has one', async () => {
    const plan = await makePaidPlan(world, staff, 3000, { trialDays: 14 });
    const { id } = await openPage(plan.slug);
    expect(world.stripe.state.sessions.get(id).amount_total).toBe(0);
    world.stripe.completeCheckout(id, { card: 'good' });
    await world.settle();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'trialing',
      plan: { slug: plan.slug },
      currentPeriod: { ordinal: 0 },
    });
    await world.server.post('/v1/subscription/cancel', customer.token, { when: 'now' }).expect(200);
    await world.settle();
    const again = await openPage(plan.slug);
    expect(world.stripe.state.sessions.get(again.id).amount_total).toBe(3000);
  });
});

describe('a checkout that goes wrong', () => {
  /** The next call to an address has its effect, and its answer is lost, also when it is repeated at once. */
  function loseAnswers(path: string): void {
    world.stripe.failNext(2, { afterEffect: true }, (request) => {
      return request.method === 'POST' && request.path === path;
    });
  }

  it.each(['/v1/customers', PAGES])(
    'leaves one of everything when the answer of POST %s is lost',
    async (path) => {
      const plan = await makePaidPlan(world, staff, 1234);
      loseAnswers(path);
      const refused = await world.openCheckout(customer, plan.slug);
      expectProblem(refused, 503, 'payment_provider_unavailable');
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      const { id } = await openPage(plan.slug);
      const { customers, sessions } = atStripe();
      expect([customers.length, sessions.map((each) => each.id)]).toEqual([1, [id]]);
      const { state } = world.stripe;
      expect(state.prices.all().filter(({ product }) => product === plan.id)).toHaveLength(1);
    },
  );

  it.each(['/v1/products', '/v1/prices'])(
    'finds what it has made when the answer of POST %s is lost',
    async (path) => {
      const plan = await makePaidPlan(world, staff, 1234);
      loseAnswers(path);
      await openPage(plan.slug);
      const { state } = world.stripe;
      expect(state.prices.all().filter(({ product }) => product === plan.id)).toHaveLength(1);
    },
  );

  it('finds the same page when it was made and paid before its id was written', async () => {
    loseAnswers(PAGES);
    expectProblem(await world.openCheckout(customer), 503, 'payment_provider_unavailable');
    world.stripe.webhooks.mode = 'dropped';
    const [page] = atStripe().sessions;
    world.stripe.completeCheckout(page!.id, { card: 'good' });
    expectProblem(await world.openCheckout(customer), 409, 'subscription_exists');
    expect((await world.subscription(customer)).plan.slug).toBe('pro');
    expect(atStripe().subscriptions).toHaveLength(1);
  });

  it('writes nothing down twice when our own database fails after the answer of Stripe', async () => {
    await world.server.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON checkout_sessions FOR EACH ROW
      WHEN (NEW.business_id = '${customer.business.id}') EXECUTE FUNCTION refuse()`);
    expect((await world.openCheckout(customer)).status).toBe(500);
    await world.server.database.query('DROP TRIGGER refuse ON checkout_sessions');
    await world.server.database.query('DROP FUNCTION refuse');
    const { id } = await openPage();
    expect(atStripe().sessions.map((each) => each.id)).toEqual([id]);
  });

  it('is forgotten after a night in which Stripe was away', async () => {
    world.stripe.failNext(2, { status: 500 }, ({ path }) => path === PAGES);
    expectProblem(await world.openCheckout(customer), 503, 'payment_provider_unavailable');
    await world.pass(13 * HOUR_MS);
    const { id } = await openPage();
    expect(atStripe().sessions.map((each) => each.id)).toEqual([id]);
  });

  it('makes another customer where the first was deleted at Stripe', async () => {
    const first = await openPage();
    const [old] = atStripe().customers;
    await deleteAtStripe(`/v1/customers/${old!.id}`);
    await world.settle();
    const second = await openPage();
    expect(second.id).not.toBe(first.id);
    const { customers } = atStripe();
    expect(customers.map(({ id }) => id === old!.id)).toEqual([false]);
    expect(() => world.stripe.completeCheckout(first.id, { card: 'good' })).toThrow();
    world.stripe.completeCheckout(second.id, { card: 'good' });
    await world.settle();
    expect((await world.subscription(customer)).plan.slug).toBe('pro');
  });

  it('makes another customer also where the deletion is not known here yet', async () => {
    await openPage();
    world.stripe.webhooks.mode = 'dropped';
    await deleteAtStripe(`/v1/customers/${atStripe().customers[0]!.id}`);
    expectProblem(
      await world.openCheckout(customer, 'pro-yearly'),
      409,
      'payment_provider_refused',
    );
    await openPage('pro-yearly');
  });

  it.each([
    ['is cut off', 'reset' as const],
    ['answers 500', { status: 500 }],
    ['answers 429', { status: 429, code: 'rate_limit' }],
  ])('says that Stripe is away when it %s', async (_, fault) => {
    world.stripe.failNext(100, fault);
    expectProblem(await world.openCheckout(customer), 503, 'payment_provider_unavailable');
    world.stripe.stopFailing();
    await openPage();
  });
});

/** A change in Stripe's own dashboard. */
async function deleteAtStripe(path: string): Promise<void> {
  const headers = { authorization: 'Bearer sk_test_of_the_tests' };
  const answer = await fetch(`${world.stripe.url}${path}`, { method: 'DELETE', headers });
  expect(answer.status).toBe(200);
}
