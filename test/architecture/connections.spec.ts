import { newId } from '../../src/common/ids';
import { operationsOf, readDocument, type Operation } from '../support/architecture/openapi';
import { findFaults } from '../support/architecture/requests';
import { prepareTrial } from '../support/architecture/trials';
import { addStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';

/*
 * Every route on a server whose pool has one connection: a request that takes a second one while holding the first waits for
 * itself, and gets 503 when the wait for a connection is over.
 */

let server: TestApplication;
let operations: Operation[];
beforeAll(async () => {
  server = await TestApplication.start({ databasePoolSize: 1 });
  operations = operationsOf(await readDocument(server));
});
afterAll(() => server.stop());

async function faultOf(operation: Operation, key?: string): Promise<string | null> {
  const staff = await addStaff(server); // a route may end the session of its caller
  const { send } = await prepareTrial(server, staff, operation);
  const { status, text } = await send(key);
  return status < 500 ? null : `${status} ${text}`;
}

async function listFaults(some: Operation[], makeKey: () => string | undefined): Promise<string[]> {
  const faults: string[] = [];
  for (const operation of some)
    faults.push(...(await findFaults([operation], () => faultOf(operation, makeKey()))));
  return faults;
}

it('every route takes one connection at a time', async () => {
  expect(operations.length).toBeGreaterThan(70);
  expect(await listFaults(operations, () => undefined)).toEqual([]);
}, 180_000);

it('every POST with an Idempotency-Key takes one connection at a time', async () => {
  const posts = operations.filter(({ verb }) => verb === 'post');
  expect(posts.length).toBeGreaterThan(25);
  expect(await listFaults(posts, newId)).toEqual([]);
}, 180_000);
