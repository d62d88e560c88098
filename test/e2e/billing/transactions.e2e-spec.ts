import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import type { BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { addStaff, makePlan } from '../../support/staff';
import { statementsOf } from '../../support/statement-counter';
import { appendFileSync } from 'node:fs';

let world: BillingWorld;
let pro: PlanResponse;
let large: PlanResponse;
let free: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  free = await makePlan(world.server, staff, { limits: { recordings: 10, applications: 1, seats: 5 } });
});

afterAll(async () => {
  await world.stop();
});

async function count(name: string, work: () => Promise<unknown>): Promise<void> {
  const { all, work: w } = await statementsOf(work);
  const begins = all.filter((t) => t.startsWith('BEGIN')).length;
  const accounts = all.filter((t) => /billing_accounts/.test(t));
  appendFileSync('/tmp/scratch/counts.txt', `${name}: ${begins} tx, ${w.length} statements, accounts ${accounts.length}: ${accounts.map((a) => a.trim().slice(0, 14).replace(/\s+/g,' ')).join(' | ')}\n`);
  if (process.env.DETAIL) appendFileSync('/tmp/scratch/detail.txt', `\n== ${name}\n` + all.map((t) => t.replace(/\s+/g, ' ').slice(0, 130)).join('\n') + '\n');
}

it('counts at Stripe', async () => {
  own = await PaidSubscription.begin(world, pro);
  world.stripe.webhooks.mode = 'dropped';
  await count('S preview', () => own.preview({ planId: large.id }));
  await count('S upgrade', () => own.act('change', { planId: large.id }));
  await world.settle();
  await count('S downgrade', () => own.act('change', { planId: pro.id }));
  await world.settle();
  await count('S to free scheduled', () => own.act('change', { planId: free.id }));
  await world.settle();
  await count('S own plan (call off)', () => own.act('change', { planId: large.id }));
  await world.settle();
  await count('S cancel', () => own.act('cancel', { when: 'period_end' }));
  await world.settle();
  await count('S uncancel', () => own.act('uncancel'));
  await world.settle();
  await count('S pause', () => own.act('pause'));
  await world.settle();
  await count('S resume', () => own.act('resume'));
  await world.settle();
  const staff = await addStaff(world.server);
  await count('S assign cancel', () => world.server.send('put', `/v1/staff/businesses/${own.customer.business.id}/subscription`, staff.token).send({ planId: free.id, reason: 'x', stripe: 'cancel' }));
  await world.settle();
  const customer = await signUp(world.server);
  await count('N GET', () => world.server.get('/v1/subscription', customer.token));
  await count('N preview', () => world.server.post('/v1/subscription/preview-change', customer.token, { planId: free.id }));
  await count('N change', () => world.server.post('/v1/subscription/change', customer.token, { planId: free.id }));
  await count('N change keyed', () => world.server.post('/v1/subscription/change', customer.token, { planId: free.id }).set('idempotency-key', 'abc-12345678'));
  await count('N cancel', () => world.server.post('/v1/subscription/cancel', customer.token, { when: 'period_end' }));
  await count('N uncancel', () => world.server.post('/v1/subscription/uncancel', customer.token, {}));
  await count('S checkout', () => world.openCheckout(customer, pro.slug));
  await count('S checkout again', () => world.openCheckout(customer, pro.slug));
});
