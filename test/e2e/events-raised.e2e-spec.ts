import { readFileSync } from 'node:fs';
import { listDeclaredEvents } from '../../src/common/events';
import { RequestContext } from '../../src/common/request-context';
import { RemindersService } from '../../src/modules/subscriptions/renewal/reminders.service';
import { InvitationsService } from '../../src/modules/team-members/invitations.service';
import { UsageAlertsService } from '../../src/modules/usage/usage-alerts.service';
import { storeRecordings } from '../product/support/recordings';
import { createApplication } from '../product/support/applications';
import { BillingWorld, DAY_MS } from '../support/billing';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { listEvents, readEvents } from '../support/events';
import { addMember } from '../support/members';
import { invitationKey } from '../support/one-time-keys';
import { newEmail } from '../support/signups';
import { addStaff, openSupport, type StaffMember } from '../support/staff';
import { FREE_PERIOD_MS, LONG_SESSIONS, renewAll, resetClock } from '../support/subscriptions';

/* Each type of event, raised by its use case. */

/** Raised by the modules that follow the log, whose tests raise them. */
const RAISED_ELSEWHERE = ['webhook_endpoint.disabled'];

const JOB = RequestContext.job('usage.send_alerts');

let world: BillingWorld;
let staff: StaffMember;
let customer: Customer;
beforeAll(async () => {
  world = await BillingWorld.start(LONG_SESSIONS);
  staff = await addStaff(world.server);
});
afterAll(() => world.stop());
beforeEach(async () => {
  resetClock(world.server);
  customer = await signUp(world.server);
});

/** What was raised in the business by this, oldest first. */
async function raisedBy(act: () => Promise<unknown>): Promise<[string, object][]> {
  const before = await listEvents(world.server, customer.token);
  await act();
  const after = await listEvents(
    world.server,
    customer.token,
    `?limit=100&after=${before[0]!.sequence}`,
  );
  return after.map(({ type, data }) => [type, data]);
}

function send(verb: 'post' | 'patch' | 'delete', path: string, body?: object) {
  return async () => {
    const answer = await world.server.send(verb, path, customer.token).send(body);
    expect([200, 201, 202, 204]).toContain(answer.status);
    return answer.body as { id: string };
  };
}

describe('a new business', () => {
  it('raises its first member, subscription and key', async () => {
    const events = await listEvents(world.server, customer.token);
    const first = events.map(({ type }) => type).sort();
    expect(first).toEqual(['api_key.created', 'member.joined', 'subscription.started']);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'subscription.started',
        data: {
          subscriptionId: customer.subscription.id,
          status: 'active',
          planId: customer.subscription.plan.id,
        },
      }),
    );
  });
});

describe('the team', () => {
  it('raises what becomes of a member', async () => {
    const { id } = await addMember(world.server, customer, 'viewer');
    const path = `/v1/team-members/${id}`;
    const raised = await raisedBy(async () => {
      await send('patch', path, { role: 'member' })();
      await send('post', `${path}/deactivate`)();
      await send('post', `${path}/deactivate`)().catch(() => undefined);
      await send('post', `${path}/activate`)();
      await send('delete', path)();
    });
    const data = { memberId: id, role: 'member' };
    expect(raised).toEqual([
      ['member.role_changed', data],
      ['member.left', data],
      ['member.joined', data],
      ['member.left', data],
    ]);
  });

  it('raises what becomes of an invitation', async () => {
    const invite = send('post', '/v1/invitations', { email: newEmail(), role: 'viewer' });
    let first = { id: '' };
    let second = { id: '' };
    const raised = await raisedBy(async () => {
      first = await invite();
      second = await invite();
      await send('delete', `/v1/invitations/${second.id}`)();
      await send('delete', `/v1/invitations/${second.id}`)();
    });
    const data = (invitationId: string) => ({ invitationId, role: 'viewer' });
    expect(raised).toEqual([
      ['invitation.sent', data(first.id)],
      ['invitation.revoked', data(first.id)],
      ['invitation.sent', data(second.id)],
      ['invitation.revoked', data(second.id)],
    ]);
  });

  it('raises that an invitation was accepted, with the member', async () => {
    const body = { email: newEmail(), role: 'viewer' };
    const { id } = await send('post', '/v1/invitations', body)();
    const activationKey = await invitationKey(world.server, id);
    const person = { activationKey, fullName: 'Grace Hopper', password: PASSWORD };
    let memberId = '';
    const raised = await raisedBy(async () => {
      const joined = await world.server.post('/v1/auth/signup', undefined, person).expect(201);
      memberId = (joined.body as { member: { id: string } }).member.id;
    });
    expect(raised).toEqual([
      ['invitation.accepted', { invitationId: id, memberId, role: 'viewer' }],
      ['member.joined', { memberId, role: 'viewer' }],
    ]);
  });

  it('raises the end of an invitation by time once, and again when it was sent again', async () => {
    const email = newEmail();
    const invited = await send('post', '/v1/invitations', { email, role: 'viewer' })();
    const expire = () => world.server.app.get(InvitationsService).expireAll(JOB);
    const raised = await raisedBy(async () => {
      await expire();
      world.server.clock.moveBy(7 * DAY_MS);
      await expire();
      await expire();
    });
    const data = { invitationId: invited.id, role: 'viewer' };
    expect(raised).toEqual([['invitation.expired', data]]);
    const again = await raisedBy(async () => {
      await send('post', `/v1/invitations/${invited.id}/resend`)();
      world.server.clock.moveBy(7 * DAY_MS);
      await expire();
    });
    expect(again).toEqual([
      ['invitation.sent', data],
      ['invitation.expired', data],
    ]);
  });
});

describe('the business', () => {
  it('raises what was set, by its owner and by staff', async () => {
    const raised = await raisedBy(async () => {
      await send('patch', '/v1/business', { name: 'Renamed', supportAccess: false })();
      await send('patch', '/v1/business', {})();
      const path = `/v1/staff/businesses/${customer.business.id}`;
      await world.server.post(`${path}/deactivate`, staff.token).expect(200);
      await world.server.post(`${path}/activate`, staff.token).expect(200);
    });
    expect(raised).toEqual([
      ['business.updated', { changed: ['name', 'supportAccess'] }],
      ['business.updated', { changed: ['status'] }],
      ['business.updated', { changed: ['status'] }],
    ]);
  });

  it('raises the beginning of a support session, and its end before its time', async () => {
    let opened = { id: '' };
    const raised = await raisedBy(async () => {
      opened = await openSupport(world.server, staff, customer);
      await send('patch', '/v1/business', { supportAccess: false })();
    });
    expect(raised.map(([type]) => type)).toEqual([
      'support_session.started',
      'business.updated',
      'support_session.ended',
    ]);
    expect(raised[0]![1]).toMatchObject({ supportSessionId: opened.id, mode: 'read' });
    expect(raised[2]![1]).toEqual({ supportSessionId: opened.id });
  });
});

describe('API keys and applications', () => {
  it('raise their beginning and their end', async () => {
    let key = { id: '' };
    let next = { id: '' };
    let bound = { id: '' };
    let shop = { id: '' };
    const raised = await raisedBy(async () => {
      key = await send('post', '/v1/api-keys', { name: 'Key' })();
      next = await send('post', `/v1/api-keys/${key.id}/rotate`, { overlapSeconds: 0 })();
      await send('delete', `/v1/api-keys/${next.id}`)();
      await send('delete', `/v1/api-keys/${next.id}`)();
      shop = await createApplication(world.server, customer);
      bound = await send('post', '/v1/api-keys', { name: 'Shop', applicationId: shop.id })();
      await send('delete', `/v1/applications/${shop.id}`)();
    });
    expect(raised).toEqual([
      ['api_key.created', { apiKeyId: key.id }],
      ['api_key.rotated', { apiKeyId: key.id, newApiKeyId: next.id }],
      ['api_key.revoked', { apiKeyId: next.id }],
      ['application.created', { applicationId: shop.id }],
      ['api_key.created', { apiKeyId: bound.id }],
      ['application.deleted', { applicationId: shop.id }],
      ['api_key.revoked', { apiKeyId: bound.id }],
    ]);
  });
});

describe('a subscription', () => {
  const types = (raised: [string, object][]) => raised.map(([type]) => type);

  it('raises each change, one for one row of its history', async () => {
    const raised = await raisedBy(async () => {
      await send('patch', '/v1/subscription', { autoRenew: false })();
      await send('post', '/v1/subscription/pause')();
      await send('post', '/v1/subscription/resume')();
      await send('post', '/v1/subscription/cancel', { when: 'now' })();
      await send('post', '/v1/subscription/change', { planId: customer.subscription.plan.id })();
    });
    expect(types(raised)).toEqual([
      'subscription.changed',
      'subscription.paused',
      'subscription.resumed',
      'subscription.canceled',
      'subscription.started',
    ]);
  });

  it('raises its renewal for a business that reads the log', async () => {
    const raised = await raisedBy(async () => {
      world.server.clock.moveBy(FREE_PERIOD_MS);
      await renewAll(world.server);
    });
    expect(types(raised)).toEqual(['subscription.renewed']);
  });

  it('raises no plain renewal for a business that does not, in 30 days', async () => {
    const other = await signUp(world.server);
    world.server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(world.server);
    const types = async () => (await listEvents(world.server, other.token)).map(({ type }) => type);
    expect(await types()).not.toContain('subscription.renewed');
    world.server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(world.server);
    expect(await types()).toContain('subscription.renewed');
  });

  it('raises its end', async () => {
    await send('patch', '/v1/subscription', { autoRenew: false })();
    const raised = await raisedBy(async () => {
      world.server.clock.moveBy(FREE_PERIOD_MS);
      await renewAll(world.server);
    });
    expect(types(raised)).toEqual(['subscription.expired']);
  });

  it('raises the end of a trial that is near, once', async () => {
    const [free] = await world.server.database.query<{ id: string }>(
      'SELECT id FROM plans WHERE is_default',
    );
    const plan = `/v1/staff/plans/${free!.id}`;
    await world.server.patch(plan, staff.token, { trialDays: 2 }).expect(200);
    customer = await signUp(world.server);
    await world.server.patch(plan, staff.token, { trialDays: 0 }).expect(200);
    const remind = () => world.server.app.get(RemindersService).remindAll(JOB);
    const raised = await raisedBy(async () => {
      await remind();
      await remind();
    });
    const { id, trialEndsAt } = customer.subscription;
    expect(raised).toEqual([['trial.ending', { subscriptionId: id, trialEndsAt }]]);
  });

  it('raises invoices that Stripe tells of, and a missing payment', async () => {
    const raised = await raisedBy(() => world.pay(customer));
    expect(types(raised)).toContain('invoice.paid');
    expect(types(raised)).toContain('subscription.started');
    world.stripe.setCard(await world.stripeCustomer(customer), 'declined');
    const failed = await raisedBy(() => world.pass(32 * DAY_MS));
    expect(types(failed)).toContain('invoice.payment_failed');
    expect(types(failed)).toContain('subscription.past_due');
    await world.endSubscriptions();
  });
});

describe('usage', () => {
  const sendAlerts = () => world.server.app.get(UsageAlertsService).sendAll(JOB);

  it('raises the percentages that it reaches, and that it is below them again', async () => {
    await storeRecordings(world.server, customer, 100);
    const raised = await raisedBy(async () => {
      await sendAlerts();
      await sendAlerts();
    });
    const at = (percentage: number) => ({ feature: 'recordings', percentage, limit: 100 });
    expect(raised).toMatchObject([
      ['usage.threshold_reached', at(80)],
      ['usage.limit_reached', at(100)],
    ]);
    const next = await raisedBy(async () => {
      world.server.clock.moveBy(FREE_PERIOD_MS);
      await renewAll(world.server);
      await sendAlerts();
      await sendAlerts();
    });
    expect(next).toContainEqual(['usage.reset', { feature: 'recordings' }]);
    expect(next.filter(([type]) => type === 'usage.reset')).toHaveLength(1);
  });
});

describe('the declared types', () => {
  it('were all raised above', async () => {
    const raised = new Set((await readEvents(world.server.database)).map(({ type }) => type));
    const declared = listDeclaredEvents().map(({ type }) => type);
    expect(declared.length).toBeGreaterThan(25);
    expect(
      declared.filter((type) => !raised.has(type) && !RAISED_ELSEWHERE.includes(type)),
    ).toEqual([]);
  });

  it('are in the documentation', () => {
    const rows = [
      ...readFileSync('docs/events.md', 'utf8').matchAll(/^\| `([a-z_.]+)` +\| `(\S+)`/gm),
    ];
    const documented = rows.map(([, type, permission]) => ({ type, permission }));
    const declared = listDeclaredEvents().map(({ type, permission }) => ({ type, permission }));
    expect(documented).toEqual(declared);
  });

  it('have data of exactly the declared fields', async () => {
    const { components } = (await import('../../openapi.json')).default as unknown as {
      components: { schemas: Record<string, { properties: object }> };
    };
    const fieldsOf = new Map(
      listDeclaredEvents().map(({ type, data }) => [
        type,
        Object.keys(components.schemas[data.name]!.properties).sort(),
      ]),
    );
    for (const { type, data } of await readEvents(world.server.database))
      expect([type, Object.keys(data).sort()]).toEqual([type, fieldsOf.get(type)]);
  });
});
