import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { makeWorld, tokenFor } from '../support/architecture/credentials';
import { operationsOf, readDocument, type Operation } from '../support/architecture/openapi';
import { bearer, call, findFaults } from '../support/architecture/requests';
import { listPreparedActions, prepareTrial, type Trial } from '../support/architecture/trials';
import { ChangeLog } from '../support/change-log';
import { PASSWORD } from '../support/customers';
import { letAnswersStall, whileAtWork } from '../support/keys-at-work';
import { addStaff, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { OTHER_VALUES as OTHER_VALUES_OF_PRODUCT } from '../product/description';

/* Every POST of openapi.json, sent twice at once and then again with one Idempotency-Key: one effect, one answer. */

/**
 * They take no key: a login, a link and a proof are no effects to repeat, a secret that is shown once is made anew, webhooks and
 * the events of a batch bear ids of their own, and checks and evaluations only read.
 */
const WITHOUT_KEY =
  /^POST \/v1\/(?:staff\/)?(?:auth\/(?:login|mfa\/verify|passkeys\/\w+|reauthenticate(?:\/options)?|exchange|sign-ins(?:\/finish)?)$|me\/(?:mfa\/|identities$|sign-ins))|^POST \/v1\/business\/sso\/|\/sso-domains$|^POST \/v1\/webhooks\/|^POST \/v1\/entitlements\/check$|^POST \/ofrep\/|^POST \/v1\/usage-events\/batch$/;

/** After a logout the caller is unknown, with a key or without: the retry is 401, and the session has ended all the same. */
const ENDS_ITS_CALLER = ['session.end', 'staff_session.end'];

/** They open pages of Stripe, which is not there; the specs of billing have one and try the key on them. */
const NEEDS_STRIPE = ['billing.open_checkout', 'billing.open_portal'];

/** By the name of a field: another value that the field takes, and so another request. */
const OTHER_VALUES: Record<string, unknown> = {
  name: 'Something else',
  overlapSeconds: 1,
  email: 'another.person@example.com',
  planId: newId(),
  businessId: newId(),
  eventId: 'another event',
  amount: 2,
  reason: 'Another reason altogether',
  when: 'now',
  url: 'https://other.example.com/hook',
  since: '2020-01-01T00:00:00.000Z',
  through: 1,
  ...OTHER_VALUES_OF_PRODUCT,
  currentPassword: `${PASSWORD} and more`,
  activationKey: 'another key',
};

let server: TestApplication;
let changes: ChangeLog;
let staff: StaffMember;
let posts: Operation[];
/** Those that this file can bring to succeed. */
let tried: Operation[];
jest.setTimeout(180_000); // some thirty customers a test

beforeAll(async () => {
  server = await TestApplication.start();
  changes = await ChangeLog.on(server.database.url);
  staff = await addStaff(server);
  const operations = operationsOf(await readDocument(server));
  posts = operations.filter(({ verb, name }) => verb === 'post' && !WITHOUT_KEY.test(name));
  const untried = [...ENDS_ITS_CALLER, ...NEEDS_STRIPE];
  tried = posts.filter(({ action }) => !untried.includes(action));
});
afterAll(async () => {
  await changes.end();
  await server.stop();
});

/** The audit rows of the route since then, by the request that made them. */
async function listEffects({ action }: Operation, since: string): Promise<unknown[]> {
  const sql = 'SELECT DISTINCT request_id FROM audit_log WHERE action = $1 AND id > $2';
  return server.database.query(sql, [action, since]);
}

const isSuccess = ({ status }: Response): boolean => status >= 200 && status < 300;
const wasReplayed = ({ headers }: Response): boolean => headers['idempotency-replayed'] === 'true';
const told = ({ status, text }: Response): string => `${status} ${text.slice(0, 200)}`;

it('there are routes to try', () => {
  expect(posts.length).toBeGreaterThan(25);
  const actions = posts.map(({ action }) => action);
  const named = [...listPreparedActions(), ...ENDS_ITS_CALLER, ...NEEDS_STRIPE];
  expect(named.filter((action) => !actions.includes(action))).toEqual([]);
});

it('every POST of the document says that it takes the key, but for those', () => {
  const lacking = posts.filter(
    ({ parameters }) => !parameters.some((each) => each.name === 'Idempotency-Key'),
  );
  expect(lacking.map(({ name }) => name)).toEqual([]);
});

it('every POST has one effect and one answer, sent twice at once and then again', async () => {
  const faults: string[] = [];
  for (const operation of tried)
    faults.push(
      ...(await findFaults([operation], async () =>
        faultOf(await prepareTrial(server, staff, operation)),
      )),
    );
  expect(faults).toEqual([]);
});

async function faultOf({ operation, send }: Trial): Promise<string | null> {
  const [key, since] = [newId(), newId()];
  const racers = await Promise.all([send(key), send(key)]);
  const first = racers.find((each) => isSuccess(each) && !wasReplayed(each));
  if (!first) return `did not succeed: ${racers.map(told).join(' and ')}`;
  const other = racers.find((each) => each !== first)!;
  const isInUse = other.status === 409 && other.text.includes('idempotency_key_in_use');
  if (!isInUse && !isReplayOf(first, other)) return `at once: ${told(other)}`;
  await changes.read();
  const again = await send(key);
  if (!isReplayOf(first, again)) return `again: ${told(again)} instead of ${told(first)}`;
  const changed = await changes.read();
  if (changed.length > 0) return `the third request changed ${JSON.stringify(changed)}`;
  const effects = await listEffects(operation, since);
  return effects.length > 1 ? `${effects.length} effects` : null;
}

function isReplayOf(first: Response, answer: Response): boolean {
  return wasReplayed(answer) && answer.status === first.status && answer.text === first.text;
}

it('every POST answers 409 at once while the first under its key is at work', async () => {
  await letAnswersStall(server.database);
  const faults: string[] = [];
  const stalled = posts.filter(({ action }) => !NEEDS_STRIPE.includes(action));
  for (const operation of stalled)
    faults.push(...(await findFaults([operation], () => inUseFaultOf(operation))));
  expect(faults).toEqual([]);
});

async function inUseFaultOf(operation: Operation): Promise<string | null> {
  const world = await makeWorld(server, await addStaff(server)); // some routes end the session of staff
  const { send } = await prepareTrial(server, world.staff, operation);
  const key = newId();
  const { first, second } = await whileAtWork(server.database, () => send(key));
  if (!isSuccess(first)) return `did not succeed: ${told(first)}`;
  const isInUse = second.status === 409 && second.text.includes('idempotency_key_in_use');
  const saysWhen = Number(second.headers['retry-after']) > 0;
  return isInUse && saysWhen ? null : `the second: ${told(second)}`;
}

it('every POST refuses the key of another request', async () => {
  const faults: string[] = [];
  // Without a credential, the body identifies the caller: another body is another caller's.
  const known = tried.filter(({ audience, hasBody }) => audience !== 'public' && hasBody);
  expect(known.length).toBeGreaterThan(10);
  for (const operation of known)
    faults.push(
      ...(await findFaults([operation], async () =>
        reuseOf(await prepareTrial(server, staff, operation)),
      )),
    );
  expect(faults).toEqual([]);
});

async function reuseOf({ operation, send, body = {} }: Trial): Promise<string | null> {
  // The business that a service key names is looked up before its Idempotency-Key.
  const isOther = (name: string) =>
    name in OTHER_VALUES && !(name === 'businessId' && operation.audience === 'service');
  const field = Object.keys(body).find(isOther);
  if (!field && operation.audience === 'service') return null;
  if (!field) return `add one of ${Object.keys(body).join()} to OTHER_VALUES`;
  const key = newId();
  const first = await send(key);
  if (!isSuccess(first)) return `did not succeed: ${told(first)}`;
  await changes.read();
  const reused = await send(key, { ...body, [field]: OTHER_VALUES[field] });
  const isRefused = reused.status === 422 && reused.text.includes('idempotency_key_reused');
  if (!isRefused) return `with another ${field}: ${told(reused)}`;
  const changed = await changes.read();
  return changed.length === 0 ? null : `the refusal changed ${JSON.stringify(changed)}`;
}

it.each(ENDS_ITS_CALLER)('%s leaves no caller to replay an answer to', async (action) => {
  const operation = posts.find((each) => each.action === action)!;
  const world = await makeWorld(server, await addStaff(server));
  const authorization = bearer(tokenFor(operation.audience, world));
  const headers = { 'idempotency-key': newId() };
  const answers = [
    await call(operation, world, { authorization, headers }),
    await call(operation, world, { authorization, headers }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([204, 401]);
});
