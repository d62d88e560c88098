import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BreachCheck } from './breach-check';

const PASSWORD = 'correct horse battery staple';
const PREFIX = 'ABF7A'; // of SHA-1
const SUFFIX = 'AD6438836DBE526AA231ABDE2D0EEF74D42';

describe('the breach check', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  const requests: IncomingMessage[] = [];
  const warnings: unknown[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      answer(response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    requests.length = 0;
    warnings.length = 0;
  });

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const isBreached = (breachCheckUrl: string | null): Promise<boolean> =>
    new BreachCheck(
      { breachCheckUrl },
      { warn: (fields: object) => warnings.push(fields) },
    ).isBreached(PASSWORD);
  const answers =
    (body: string, status = 200) =>
    (response: ServerResponse) =>
      response.writeHead(status, { location: '/elsewhere' }).end(body);

  it('finds a password, and tells the first five digits of its hash only', async () => {
    answer = answers(`0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n${SUFFIX}:3861493`);
    expect(await isBreached(`${address()}/range`)).toBe(true);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toBe(`/range/${PREFIX}`);
    expect(requests[0]?.headers['add-padding']).toBe('true');
    expect(JSON.stringify(requests[0]?.rawHeaders)).not.toContain(SUFFIX);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['is not there', '0018A45C4D1DEF81644B54AB7F969B88D65:1'],
    ['is padding', `${SUFFIX}:0`],
  ])('takes one that %s', async (_, range) => {
    answer = answers(range);
    expect(await isBreached(`${address()}/range`)).toBe(false);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['answers 500', answers(`${SUFFIX}:1`, 500)],
    ['leads elsewhere', answers('', 302)],
    ['says nothing', () => undefined],
    ['stops in the middle', (response) => void response.write(`${SUFFIX}:1`)],
    ['hangs up', (response) => void response.destroy()],
  ])('takes every password while the API %s', async (_, fault) => {
    answer = fault;
    expect(await isBreached(`${address()}/range`)).toBe(false);
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).not.toContain(PREFIX);
  });

  it('sends nothing unless it is switched on', async () => {
    expect(await isBreached(null)).toBe(false);
    expect(requests).toEqual([]);
  });
});
