import type { Page } from '../../../src/common/pagination';
import type { BillingResponse, InvoiceResponse } from '../../../src/modules/billing/dto/billing';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { addMember } from '../../support/members';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  USD,
} from '../../support/paid-subscriptions';
import { expectFaults, expectProblem } from '../../support/problems';
import { addStaff, openSupport } from '../../support/staff';

// What an owner reads of payments: Stripe is asked each time, for this business's customer and no other.

let world: BillingWorld;
let pro: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  pro = await makePaidPlan(world, await addStaff(world.server), 3000);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.stopFailing();
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

async function overview(): Promise<BillingResponse> {
  const response = await world.server.get('/v1/billing', own.customer.token).expect(200);
  return response.body as BillingResponse;
}

async function invoices(query = ''): Promise<Page<InvoiceResponse>> {
  const path = `/v1/billing/invoices${query}`;
  const response = await world.server.get(path, own.customer.token).expect(200);
  return response.body as Page<InvoiceResponse>;
}

describe('GET /v1/billing', () => {
  it('says who pays, with what, and what comes next', async () => {
    const { currentPeriod } = await own.read();
    expect(await overview()).toEqual({
      provider: 'stripe',
      customer: { id: own.stripeCustomerId, name: 'Acme', email: own.customer.email },
      paymentMethod: { brand: 'visa', last4: '4242' },
      nextInvoice: { amount: USD(3000), at: expect.any(String) as string },
    });
    const { nextInvoice } = await overview();
    const lateMs = Date.parse(nextInvoice!.at!) - Date.parse(currentPeriod.end);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(2 * HOUR_MS);
  });

  it.each([
    ['canceled at the end of the period', () => own.act('cancel', { when: 'period_end' })],
    ['canceled', () => own.act('cancel', { when: 'now' })],
    ['not renewed', () => own.update({ autoRenew: false })],
  ])('knows no next invoice of what is %s', async (_, act) => {
    await act();
    expect(await overview()).toMatchObject({ nextInvoice: null, paymentMethod: { brand: 'visa' } });
  });

  it('says nothing of a business that has bought nothing', async () => {
    const customer = await signUp(world.server);
    const answer = await world.server.get('/v1/billing', customer.token).expect(200);
    const nothing = { customer: null, paymentMethod: null, nextInvoice: null };
    expect(answer.body).toEqual({ provider: 'stripe', ...nothing });
  });

  it('is 503 while Stripe is away', async () => {
    world.stripe.failNext(100, { status: 500 });
    for (const path of ['/v1/billing', '/v1/billing/invoices'])
      expectProblem(
        await world.server.get(path, own.customer.token),
        503,
        'payment_provider_unavailable',
      );
    await world.server.get('/v1/subscription', own.customer.token).expect(200);
  });

  it('is for owners alone', async () => {
    const { server } = world;
    const { token: admin } = await addMember(server, own.customer, 'admin');
    const { token: support } = await openSupport(server, await addStaff(server), own.customer);
    for (const path of ['/v1/billing', '/v1/billing/invoices']) {
      expectProblem(await server.get(path, admin), 403, 'permission_denied');
      expectProblem(await server.get(path, support), 403, 'support_forbidden');
    }
  });
});

describe('GET /v1/billing/invoices', () => {
  it('lists them newest first, page by page', async () => {
    for (let month = 0; month < 3; month += 1) await world.pass(31 * DAY_MS);
    await world.pass(2 * HOUR_MS);
    const { data: all, nextCursor } = await invoices();
    expect([all.length, nextCursor]).toEqual([own.invoices.length, null]);
    expect(all.map(({ id }) => id)).toEqual(own.invoices.map(({ id }) => id).reverse());
    expect(all.at(-1)).toMatchObject({ status: 'paid', total: USD(3000), due: USD(0) });

    const ids: string[] = [];
    for (let query: string | null = '?limit=1'; query;) {
      const page: Page<InvoiceResponse> = await invoices(query);
      ids.push(...page.data.map(({ id }) => id));
      query = page.nextCursor && `?limit=1&cursor=${page.nextCursor}`;
    }
    expect(ids).toEqual(all.map(({ id }) => id));
  });

  it('says what is due of one that was not paid', async () => {
    world.stripe.setCard(own.stripeCustomerId, 'declined');
    await world.pass(31 * DAY_MS);
    await world.pass(2 * HOUR_MS);
    const { data } = await invoices();
    expect(data[0]).toMatchObject({ status: 'open', due: USD(3000), isRetried: true });
  });

  it('refuses a cursor that is none', async () => {
    const cursors = [
      'x',
      encode(['in_1', 'in_2']),
      encode([1]),
      encode(['sub_1']),
      encode(['in_../x']),
    ];
    for (const cursor of cursors) {
      const path = `/v1/billing/invoices?cursor=${cursor}`;
      expectFaults(await world.server.get(path, own.customer.token), '/cursor');
    }
  });

  it("shows nothing of another tenant's invoice that is named by a cursor", async () => {
    const other = await PaidSubscription.begin(world, pro);
    await world.pass(31 * DAY_MS);
    const cursors = [...other.invoices.map(({ id }) => id), 'in_unknown'].map((id) => encode([id]));
    for (const cursor of cursors) {
      const path = `/v1/billing/invoices?cursor=${cursor}`;
      const response = await world.server.get(path, own.customer.token);
      expectFaults(response, '/cursor');
      for (const { id } of other.invoices) expect(response.text).not.toContain(id);
    }
  });
});

describe('POST /v1/billing/portal-sessions', () => {
  it("leads to a page of Stripe's for the own customer, and back under APP_URL", async () => {
    const opened = await world.server
      .post('/v1/billing/portal-sessions', own.customer.token)
      .expect(201);
    const { url } = opened.body as { url: string };
    const page = world.stripe.state.portalSessions.all().find((each) => each.url === url);
    expect(page).toMatchObject({
      customer: own.stripeCustomerId,
      return_url: 'http://app.test/billing',
    });
  });

  it('is not there before the first checkout', async () => {
    const customer = await signUp(world.server);
    const refused = await world.server.post('/v1/billing/portal-sessions', customer.token);
    expectProblem(refused, 409, 'billing_account_missing');
  });
});

function encode(cursor: unknown): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}
