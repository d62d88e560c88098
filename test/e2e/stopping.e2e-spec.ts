import { Agent, request, type IncomingMessage } from 'node:http';
import { signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* What a server that stops does with its connections. */

let server: TestApplication;
let customer: Customer;
beforeEach(async () => {
  server = await TestApplication.start();
  customer = await signUp(server);
});
afterEach(() => server.database.drop());

/** By a client that would keep its connection for the next request. */
function createKey(agent: Agent): Promise<IncomingMessage> {
  const headers = {
    authorization: `Bearer ${customer.token}`,
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    request(`${server.url}/v1/api-keys`, { method: 'POST', agent, headers }, resolve)
      .on('error', reject)
      .end(JSON.stringify({ name: 'Shop' }));
  });
}

it('an answer that was under way ends its connection, so that the stop need not wait for the client', async () => {
  const agent = new Agent({ keepAlive: true });
  const lock = 'LOCK TABLE api_keys IN EXCLUSIVE MODE';
  const [answered, stopped] = await holdingLocks(server.database, lock, [], async (untilWaited) => {
    const answer = createKey(agent);
    await untilWaited();
    const stopping = server.app.close();
    await until('it listens no more', () => !server.app.getHttpServer().listening);
    return [answer, stopping] as const;
  });
  const { statusCode, headers } = (await answered).resume();
  expect([statusCode, headers.connection]).toEqual([201, 'close']);
  await stopped;
});
