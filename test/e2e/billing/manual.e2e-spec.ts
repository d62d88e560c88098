import Stripe from 'stripe';
import { WEBHOOK_SECRET } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { expectProblem } from '../../support/problems';
import { addStaff, assignPlan } from '../../support/staff';
import { TestApplication } from '../../support/test-application';

// An installation without Stripe: everything but paying works, and plans with a price are given by staff.

let server: TestApplication;
let customer: Customer;

beforeAll(async () => {
  server = await TestApplication.start();
});

afterAll(() => server.stop());

beforeEach(async () => {
  customer = await signUp(server);
});

async function planIdOf(slug: string): Promise<string> {
  const [plan] = await server.database.query<{ id: string }>(
    'SELECT id FROM plans WHERE slug = $1',
    [slug],
  );
  return plan!.id;
}

describe('without Stripe', () => {
  it('no payments are taken, and the overview says so', async () => {
    const overview = await server.get('/v1/billing', customer.token).expect(200);
    expect(overview.body).toEqual({
      provider: 'manual',
      customer: null,
      paymentMethod: null,
      nextInvoice: null,
    });
    const invoices = await server.get('/v1/billing/invoices', customer.token).expect(200);
    expect(invoices.body).toEqual({ data: [], nextCursor: null });
  });

  it('a plan with a price has to be given by staff', async () => {
    const planId = await planIdOf('pro');
    const paths = { successPath: '/a', cancelPath: '/b' };
    const page = await server.post('/v1/billing/checkout-sessions', customer.token, {
      planId,
      ...paths,
    });
    expectProblem(page, 402, 'payment_required');
    const change = await server.post('/v1/subscription/change', customer.token, { planId });
    expectProblem(change, 402, 'payment_required');
    const staff = await addStaff(server);
    const assigned = await assignPlan(server, staff, customer, { id: planId });
    expect(assigned).toMatchObject({ status: 'active', plan: { slug: 'pro' } });
  });

  it('there is no page for cards', async () => {
    const page = await server.post('/v1/billing/portal-sessions', customer.token, {});
    expectProblem(page, 409, 'billing_account_missing');
  });

  it('events are refused, however they are signed', async () => {
    const body = JSON.stringify({ id: 'evt_1', type: 'invoice.paid', created: 1, data: {} });
    for (const secret of [WEBHOOK_SECRET, '', 'undefined']) {
      const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
      const refused = await server
        .send('post', '/v1/webhooks/stripe')
        .set({ 'content-type': 'application/json', 'stripe-signature': header })
        .send(body);
      expectProblem(refused, 400, 'webhook_signature_invalid');
    }
    expect(await server.database.query('SELECT FROM webhook_inbox')).toEqual([]);
  });
});
