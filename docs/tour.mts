// The tour of tour.md with @tenantry/client. Node 22.18 and newer run it as it is, after `npm run build`:
//   node docs/tour.mts http://127.0.0.1:3000
// With the address and password of a staff account behind it, it shows what staff do too. A test compiles and runs it.
import {
  apiKeyRotate,
  applicationCreate,
  auditLogList,
  businessSignUp,
  creditGrant,
  entitlementGrant,
  entitlementList,
  featureCreate,
  invitationCreate,
  LimitReachedError,
  meGet,
  planList,
  recordingCreate,
  sdkStatus,
  staffSessionCreate,
  SupportReadOnlyError,
  supportSessionStart,
  Tenantry,
  UnauthenticatedError,
  usageExplain,
  usageGet,
  usageVerify,
  apiKeyCreate,
} from '@tenantry/client';
import { Recorder } from '@tenantry/client/product';

const [, , baseUrl = 'http://127.0.0.1:3000', staffEmail, staffPassword] = process.argv;
const run = Date.now().toString(36); // makes the names of this run new
const anyone = new Tenantry({ baseUrl });

// Sign up: a business, its owner, a subscription, a session for the dashboard and a key for the SDK.
const signedUp = await anyone.call(businessSignUp, {
  body: {
    businessName: 'Acme',
    fullName: 'Ada Lovelace',
    email: `ada-${run}@example.com`,
    password: 'correct horse battery',
  },
});
if (!('apiKey' in signedUp)) throw new Error('joined a business instead');
const dashboard = anyone.with({ token: signedUp.session.token });
const sdk = anyone.with({ token: signedUp.apiKey.key });

// Who am I?
const { user, member, business } = await dashboard.call(meGet);
console.log('I am', user?.fullName, member?.role, 'of', business?.name);

// Create an application; the free plan has one.
const application = await dashboard.call(applicationCreate, {
  body: { name: 'Shop', platform: 'ios' },
});
const second = await dashboard.try(applicationCreate, { body: { name: 'Another' } });
if (!second.ok && second.error instanceof LimitReachedError)
  console.log('Second application:', second.error.code, second.error.details.limit);

// Send a recording, twice: it is counted once.
const recording = {
  externalId: 'first',
  applicationId: application.id,
  startedAt: '2026-11-20T15:36:00Z',
  durationMs: 42_000,
};
for (const name of ['First', 'Again']) {
  const { data, status } = await sdk.send(recordingCreate, { body: recording });
  console.log(`${name}:`, status, `${data.usage.used} of ${data.usage.limit}`);
}
const other = await sdk.try(recordingCreate, { body: { ...recording, durationMs: 43_000 } });
if (!other.ok) console.log('Another under the same id:', other.error.code);

// The plans, and what is used.
for await (const plan of anyone.list(planList))
  console.log('Plan', plan.slug, plan.price.amount, plan.limits.recordings);
const usage = await dashboard.call(usageGet);
console.log('Seats', usage.seats.used, 'of', usage.seats.limit);

// Fill the quota, as an app does: the recorder sends in batches, and stops when no more is taken.
const recorder = new Recorder(sdk, {
  onEvent: (event) => {
    if (event.kind === 'stopped') console.log('Stopped:', event.error.code, event.until !== null);
  },
});
for (let made = 0; made < 120; made += 1)
  recorder.record({ startedAt: recording.startedAt, durationMs: 1_000 });
await recorder.close();
console.log('Kept for the next period:', recorder.size);

// The next one is told what is used up, when that changes, and where to get more.
const refused = await sdk.try(recordingCreate, {
  body: { ...recording, externalId: 'one-too-many' },
});
if (!refused.ok && refused.error.code === 'quota_exceeded') {
  const { used, limit, remaining, upgradeUrl } = refused.error.details;
  console.log('Refused:', `${used}/${limit}`, remaining, upgradeUrl.endsWith('/billing'));
}

// Explain and verify.
const explained = await dashboard.call(usageExplain);
const verified = await dashboard.call(usageVerify, { feature: 'recordings' });
console.log('Explained:', explained.sources.map(({ kind, used }) => `${kind} ${used}`).join());
console.log('Verified:', verified.counter, verified.rows, verified.equal);

// Rotate the key: the new one works at once, the old one not any more.
const rotation = { id: signedUp.apiKey.id, body: { overlapSeconds: 0 } };
const { key } = await dashboard.call(apiKeyRotate, rotation);
const old = await sdk.try(sdkStatus);
const status = await sdk.with({ token: key }).call(sdkStatus);
console.log('Rotated:', !old.ok && old.error instanceof UnauthenticatedError, status.reason);

// Invite a colleague.
const invited = { email: `grace-${run}@example.com`, role: 'member' } as const;
console.log('Invited:', (await dashboard.call(invitationCreate, { body: invited })).status);

if (staffEmail && staffPassword) await asStaff({ email: staffEmail, password: staffPassword });

// The audit log tells who did what, support included.
const actions = new Set<string>();
for await (const { action } of dashboard.list(auditLogList)) actions.add(action);
console.log('Audited:', [...actions].sort().join(' '));

async function asStaff(body: { email: string; password: string }): Promise<void> {
  const { session } = await anyone.call(staffSessionCreate, { body });
  const staff = anyone.with({ token: session.token });
  const id = signedUp.business.id;

  // Support login: for a reason, for a while, to read.
  const seat = await staff.call(supportSessionStart, {
    id,
    body: { reason: 'Ada asks why recordings were refused', ttlMinutes: 15 },
  });
  const support = anyone.with({ token: seat.token });
  const writing = await support.try(apiKeyCreate, { body: { name: 'for me' } });
  console.log('Support:', !writing.ok && writing.error instanceof SupportReadOnlyError);

  // A gift, and a flag of this business.
  const gift = { feature: 'recordings', amount: 50, reason: 'For the trouble' };
  console.log('Credits:', (await staff.call(creditGrant, { id, body: gift })).remaining);
  const feature = { key: `sso_${run}`, name: 'Single sign-on', kind: 'flag' } as const;
  await staff.call(featureCreate, { body: feature });
  await staff.call(entitlementGrant, {
    id,
    key: feature.key,
    body: { enabled: true, reason: 'A pilot' },
  });
  const { features } = await dashboard.call(entitlementList);
  const flag = features[feature.key];
  console.log('Flag:', flag?.kind === 'flag' && flag.enabled);
}
