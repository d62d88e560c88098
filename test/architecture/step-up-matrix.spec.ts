import { makeWorld, tokenFor } from '../support/architecture/credentials';
import { makeObject, type World } from '../support/architecture/examples';
import {
  isDocumented,
  operationsOf,
  readDocument,
  type Operation,
} from '../support/architecture/openapi';
import { bearer, call, codeOf, findFaults } from '../support/architecture/requests';
import { listRows } from '../support/architecture/rows';
import { TestApplication } from '../support/test-application';

/* Every route that needs a recent proof, with a session whose proof is old: refused, and nothing changed. */

const REFUSAL = '403 reauthentication_required';

let server: TestApplication;
let world: World;
let delicate: Operation[];
const objects = new Map<string, Record<string, string>>();

beforeAll(async () => {
  server = await TestApplication.start();
  world = await makeWorld(server);
  delicate = operationsOf(await readDocument(server)).filter(({ stepUp }) => stepUp === 'always');
  for (const operation of delicate) objects.set(operation.path, await makeObject(operation, world));
  for (const table of ['sessions', 'staff_sessions'])
    await server.database.query(`UPDATE ${table} SET proven_at = now() - interval '1 year'`);
});
afterAll(() => server.stop());

it('they are these', () => {
  expect(delicate.map(({ action }) => action).sort()).toEqual([
    'api_key.create',
    'api_key.revoke',
    'api_key.rotate',
    'billing.open_checkout',
    'billing.open_portal',
    'email_change.request',
    'identity.link',
    'identity.unlink',
    'passkey.begin',
    'passkey.create',
    'passkey.delete',
    'password.change',
    'second_factor.begin',
    'second_factor.confirm',
    'second_factor.remove',
    'second_factor.renew_codes',
    'service_key.create',
    'service_key.revoke',
    'service_key.rotate',
    'sso.prove_domain',
    'sso.remove',
    'sso.set',
    'staff_passkey.begin',
    'staff_passkey.create',
    'staff_passkey.delete',
    'staff_second_factor.begin',
    'staff_second_factor.confirm',
    'staff_second_factor.remove',
    'staff_second_factor.renew_codes',
    'staff_sso.prove_domain',
    'staff_webhook_endpoint.create',
    'staff_webhook_endpoint.delete',
    'staff_webhook_endpoint.rotate_secret',
    'staff_webhook_endpoint.update',
    'support_session.start',
    'team_member.assign_role',
    'team_member.clear_second_factor',
    'webhook_endpoint.create',
    'webhook_endpoint.delete',
    'webhook_endpoint.rotate_secret',
    'webhook_endpoint.update',
  ]);
});

it('an old proof is refused, as documented', async () => {
  const before = await listRows(server.database);
  const faults = await findFaults(delicate, async (operation) => {
    const authorization = bearer(tokenFor(operation.audience, world));
    const values = objects.get(operation.path);
    const answer = await call(operation, world, { authorization, values });
    const given = `${answer.status} ${String(codeOf(answer))}`;
    if (given !== REFUSAL) return `${given} instead of ${REFUSAL}`;
    return isDocumented(operation, 403, 'reauthentication_required') ? null : 'not in openapi.json';
  });
  expect(faults).toEqual([]);
  expect(await listRows(server.database)).toEqual(before);
});
