import { readFileSync } from 'node:fs';
import { eventDefinition, NOTICE_TYPES, type Notice } from '../../src/common/events';
import { RequestContext } from '../../src/common/request-context';
import { subscriptionExpired } from '../../src/modules/subscriptions/subscriptions.events';
import { EventsService } from '../../src/modules/events/events.service';
import { EventMails } from '../../src/modules/notifications/event-mails';
import type { NotificationPreferencesResponse } from '../../src/modules/team-members/dto/notification-preferences';
import { UsageAlertsService } from '../../src/modules/usage/usage-alerts.service';
import { Database } from '../../src/platform/database/database';
import { newId } from '../../src/common/ids';
import { storeRecordings } from '../product/support/recordings';
import { signUp, type Customer } from '../support/customers';
import { listEvents } from '../support/events';
import { finishJobs, linkIn, MailServer, type ReceivedMail } from '../support/mail-server';
import { addMember, type AddedMember } from '../support/members';
import { switchMail } from '../support/notifications';
import { expectFaults } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* Mails about events, and who wants which. */

const JOB = RequestContext.job('notifications.mail');

let mailServer: MailServer;
let server: TestApplication;
let customer: Customer;
let admin: AddedMember;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});
beforeEach(async () => {
  customer = await signUp(server);
  admin = await addMember(server, customer, 'admin');
  await finishJobs(server.database);
});

const makeKey = ({ token }: { token: string } = customer) =>
  server.post('/v1/api-keys', token, { name: 'Key' }).expect(201);

async function mailsAbout(about: string, { email }: { email: string }): Promise<ReceivedMail[]> {
  await finishJobs(server.database);
  return mailServer.mailsTo(email, about);
}

async function preferencesOf({
  token,
}: {
  token: string;
}): Promise<NotificationPreferencesResponse['preferences']> {
  const answer = await server.get('/v1/notification-preferences', token).expect(200);
  return (answer.body as NotificationPreferencesResponse).preferences;
}

/** Raised by the server itself. */
function expire(): Promise<void> {
  const context = JOB.with({ businessId: customer.business.id });
  const data = { subscriptionId: newId(), status: 'expired', planId: newId() } as const;
  return server.app.get(Database).transaction(context, (tx) => {
    server.app.get(EventsService).append(tx, subscriptionExpired, data);
    return Promise.resolve();
  });
}

describe('a mail about an event', () => {
  it('comes to those who have switched it on, once, in the form of the house', async () => {
    await switchMail(server, admin.token, 'api_key.created', true);
    await makeKey();
    const [mail, ...others] = await mailsAbout('Acme: An API key was created', admin);
    expect(others).toEqual([]);
    expect(mail!.text).toContain('An API key was created: in Acme, on ');
    expect(linkIn(mail!).pathname).toBe('/notifications');
    expect(await mailsAbout('An API key was created', customer)).toEqual([]); // it did it, and wants none
  });

  it('does not come to the one who did it', async () => {
    await switchMail(server, admin.token, 'api_key.created', true);
    await switchMail(server, customer.token, 'api_key.created', true);
    await makeKey(admin);
    expect(await mailsAbout('An API key was created', admin)).toEqual([]);
    expect(await mailsAbout('An API key was created', customer)).toHaveLength(1);
  });

  it('comes to owners by default where the registry says so, until they switch it off', async () => {
    await expire();
    expect(await mailsAbout('The subscription has expired', customer)).toHaveLength(1);
    expect(await mailsAbout('The subscription has expired', admin)).toEqual([]);
    await switchMail(server, customer.token, 'subscription.expired', false);
    await switchMail(server, admin.token, 'subscription.expired', true);
    await expire();
    expect(await mailsAbout('The subscription has expired', customer)).toHaveLength(1);
    expect(await mailsAbout('The subscription has expired', admin)).toHaveLength(1);
  });

  it('comes once, also when its job runs again', async () => {
    await switchMail(server, admin.token, 'api_key.created', true);
    await makeKey();
    await finishJobs(server.database);
    const [event] = await listEvents(server, customer.token, '?limit=1');
    const events = [{ businessId: customer.business.id, sequence: event!.sequence }];
    const mails = server.app.get(EventMails);
    await Promise.all([1, 2, 3].map(() => mails.enqueueMails(JOB, { events })));
    expect(await mailsAbout('An API key was created', admin)).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['has left', () => server.delete(`/v1/team-members/${admin.id}`, customer.token).expect(204)],
    [
      'may no longer read it',
      () =>
        server
          .patch(`/v1/team-members/${admin.id}`, customer.token, { role: 'viewer' })
          .expect(200),
    ],
    ['does not want it any more', () => switchMail(server, admin.token, 'api_key.created', false)],
  ])('does not come to one who %s when it is sent', async (_, change) => {
    await switchMail(server, admin.token, 'api_key.created', true);
    mailServer.refuseNext(1);
    await makeKey();
    await until('the mail was tried', () =>
      mailServer.refused.some(({ recipients }) => recipients.includes(admin.email)),
    );
    await change();
    expect(await mailsAbout('An API key was created', admin)).toEqual([]);
  });

  it('is not sent for what was rolled back', async () => {
    await switchMail(server, admin.token, 'subscription.expired', true);
    const context = JOB.with({ businessId: customer.business.id });
    const failing = server.app.get(Database).transaction(context, (tx) => {
      const data = { subscriptionId: newId(), status: 'expired', planId: newId() } as const;
      server.app.get(EventsService).append(tx, subscriptionExpired, data);
      return Promise.reject(new Error('it fails'));
    });
    await expect(failing).rejects.toThrow('it fails');
    expect(await mailsAbout('The subscription has expired', admin)).toEqual([]);
  });
});

describe('a matter that has a mail of its own', () => {
  it('is told by that mail alone, to those who want it', async () => {
    const viewer = await addMember(server, customer, 'viewer');
    await switchMail(server, viewer.token, 'usage.limit_reached', true);
    await switchMail(server, customer.token, 'usage.limit_reached', false);
    await storeRecordings(server, customer, 100);
    await server.app.get(UsageAlertsService).sendAll(RequestContext.job('usage.send_alerts'));
    await finishJobs(server.database);
    const subjectsTo = ({ email }: { email: string }) =>
      mailServer
        .mailsTo(email)
        .map(({ subject = '' }) => subject)
        .filter((subject) => /limit|has used/.test(subject));
    const used = (percentage: number) => `Acme has used ${percentage} % of its Recordings`;
    expect(subjectsTo(customer)).toEqual([used(80)]);
    expect(subjectsTo(admin).sort()).toEqual([used(100), used(80)]);
    expect(subjectsTo(viewer)).toEqual([used(100)]);
  });

  it('of security is not for each to switch', async () => {
    const preferences = [
      { type: 'support_session.started', mail: false },
      { type: 'api_key.created', mail: true },
    ];
    const answer = await server.patch('/v1/notification-preferences', customer.token, {
      preferences,
    });
    expect(expectFaults(answer, '/preferences/0/type')).toMatchObject([{ code: 'fixed' }]);
    const kept = (await preferencesOf(customer)).find(({ type }) => type === 'api_key.created');
    expect(kept).toMatchObject({ mail: false });
  });
});

describe('the defaults', () => {
  it('are in the documentation', () => {
    const [, section = ''] = readFileSync('docs/events.md', 'utf8').split('## Notifications');
    const rows = [
      ...section.split('\n## ')[0]!.matchAll(/^\| (`[a-z_]+\.[^|]+) \| (\S.*?) +\|$/gm),
    ];
    const told = rows.flatMap(([, types = '', mail = '']) =>
      [...types.matchAll(/`([a-z_.]+)`/g)].map(([, type = '']) => [type, mail.split(':')[0]]),
    );
    const declared = NOTICE_TYPES.map((type) => [type, inWords(eventDefinition(type).notice!)]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(declared));
  });

  function inWords({ mailTo, isFixed }: Notice): string {
    const roles = mailTo.map((role) => `${role}s`).join(' and ');
    if (isFixed) return roles === '' ? 'never' : `always, to ${roles}`;
    return roles === '' ? 'off until a person switches it on' : `on for ${roles}`;
  }
});

describe('preferences', () => {
  it('are of all types for an owner, with the defaults of the role', async () => {
    const preferences = await preferencesOf(customer);
    expect(preferences.map(({ type }) => type)).toEqual(NOTICE_TYPES);
    const on = preferences.filter(({ mail }) => mail).map(({ type }) => type);
    expect(on).toEqual([
      'subscription.expired',
      'subscription.past_due',
      'support_session.started',
      'trial.ending',
      'usage.limit_reached',
      'usage.threshold_reached',
      'webhook_endpoint.disabled',
    ]);
    const viewer = await addMember(server, customer, 'viewer');
    expect((await preferencesOf(viewer)).filter(({ mail }) => mail)).toEqual([]);
  });

  it('are each person’s own; the last word counts, and is in the audit log', async () => {
    const preferences = [
      { type: 'member.joined', mail: true },
      { type: 'member.left', mail: true },
      { type: 'member.left', mail: false },
    ];
    const answer = await server.patch('/v1/notification-preferences', admin.token, { preferences });
    const changed = (answer.body as NotificationPreferencesResponse).preferences;
    expect(changed).toEqual(await preferencesOf(admin));
    expect(changed.filter(({ mail }) => mail).map(({ type }) => type)).toEqual([
      'member.joined',
      'usage.limit_reached',
      'usage.threshold_reached',
    ]);
    const log = await server.get('/v1/audit-log?limit=100', customer.token).expect(200);
    const { data } = log.body as { data: { action: string; actor: { id: string } }[] };
    const told = data.filter(({ action }) => action === 'notification_preference.update');
    expect(told).toHaveLength(2);
    expect(told[0]!.actor.id).toBe(admin.id);
  });

  it('are refused where they are not one’s to set', async () => {
    const viewer = await addMember(server, customer, 'viewer');
    const send = (body: object) => server.patch('/v1/notification-preferences', viewer.token, body);
    const foreign = await send({ preferences: [{ type: 'api_key.created', mail: true }] });
    expect(expectFaults(foreign, '/preferences/0/type')).toMatchObject([{ code: 'not_readable' }]);
    expectFaults(await send({}), '/preferences');
    expectFaults(await send({ preferences: [] }), '/preferences');
    const wrong = { preferences: [{ type: 'api_key.borrowed', mail: 'yes' }] };
    expectFaults(await send(wrong), '/preferences/0/mail', '/preferences/0/type');
  });
});
