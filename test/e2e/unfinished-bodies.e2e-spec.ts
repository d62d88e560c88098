import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { CredentialsService } from '../../src/modules/access/credentials.service';
import { BodyBudget } from '../../src/platform/http/body-budget';
import { aRecording, signUp, type Customer } from '../support/customers';
import { changeSubscription } from '../support/subscriptions';
import { expectProblem } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/** What is charged, and returned, of the budget. */
interface Charging {
  add(network: string, bytes: number): void;
}

const BUDGET_BYTES = 256 * 1024;
const SHARE_BYTES = BUDGET_BYTES / 4;

/** A connection that sends what it is told to, and records what it receives. */
class Line {
  heard = '';

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes) => (this.heard += bytes.toString()));
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Line(socket);
  }

  say(text: string): void {
    this.socket.write(text);
  }

  statuses(): number[] {
    return [...this.heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  /** Waits for so many answers. */
  async readStatuses(count: number): Promise<number[]> {
    await until(`${count} answers`, () => this.statuses().length >= count);
    return this.statuses();
  }

  hangUp(): void {
    this.socket.destroy();
  }
}

describe('a body that is not finished', () => {
  let server: TestApplication;
  let customer: Customer;
  const lines: Line[] = [];
  beforeAll(async () => {
    const changes = { bodyBudgetBytes: BUDGET_BYTES, trustProxy: ['127.0.0.1'] };
    server = await TestApplication.start(changes);
    customer = await signUp(server);
    await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
  });
  afterEach(() => {
    for (const line of lines.splice(0)) line.hangUp();
  });
  afterAll(() => server.stop());

  const head = (token: string, bytes: number, ip = '203.0.113.1'): string =>
    `POST /v1/recordings HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${ip}\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
  const open = async (): Promise<Line> => {
    const line = await Line.open(server.url);
    lines.push(line);
    return line;
  };
  const record = (ip: string, body: string, token = customer.key) =>
    sendRaw(server.url, {
      method: 'POST',
      path: '/v1/recordings',
      headers: [
        ['x-forwarded-for', ip],
        ['authorization', `Bearer ${token}`],
        ['content-type', 'application/json'],
      ],
      body,
    });
  const padded = (bytes: number): string => JSON.stringify(aRecording()).padEnd(bytes, ' ');

  it('is not waited for where the credential is none, and does not break the connection', async () => {
    const line = await open();
    line.say(head('x', 10));
    expect(await line.readStatuses(1)).toEqual([401]);
    line.say(`0123456789${head('x', 10)}`);
    expect(await line.readStatuses(2)).toEqual([401, 401]);
    expect(line.heard).not.toMatch(/^connection: close/im);
  });

  it('has no effect when its credential ends meanwhile', async () => {
    const { key, token, apiKeyId } = await signUpWithKey();
    const resolved = jest.spyOn(server.app.get(CredentialsService), 'resolve');
    const body = JSON.stringify(aRecording());
    const line = await open();
    line.say(head(key, body.length) + body.slice(0, 10));
    await until('its head is read', () => resolved.mock.calls.some(([given]) => given === key));
    await Promise.all(resolved.mock.results.map(({ value }) => value as Promise<unknown>));
    resolved.mockRestore();
    expect((await server.delete(`/v1/api-keys/${apiKeyId}`, token)).status).toBe(204);
    line.say(body.slice(10));
    expect(await line.readStatuses(1)).toEqual([401]);
  });

  it('holds a part of the budget of its network: the one over is 429, and others have their own', async () => {
    const line = await open();
    line.say(head(customer.key, SHARE_BYTES) + '{'.padEnd(SHARE_BYTES - 2_000, ' '));
    await until('it is refused', async () => {
      const { status } = await record('203.0.113.1', padded(4_000));
      return status === 429;
    });
    const refused = await record('203.0.113.1', padded(4_000));
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await record('203.0.113.2', padded(4_000))).status).toBe(201);
    line.say('}'.padEnd(2_000, ' '));
    expect(await line.readStatuses(1)).toEqual([422]);
    expect((await record('203.0.113.1', padded(4_000))).status).toBe(201);
  });

  it('holds a part of the budget of all: the one over is 503, until one has gone', async () => {
    const held = await Promise.all([1, 2, 3, 4].map(() => open()));
    const charged = jest.spyOn(BodyBudget.prototype as unknown as Charging, 'add');
    for (const [index, line] of held.entries())
      line.say(
        head(customer.key, SHARE_BYTES, `198.51.100.${index}`) + '{'.padEnd(SHARE_BYTES - 300, ' '),
      );
    // Another body meanwhile would take the place of a part of these.
    await until('all of them is held', () => {
      const bytes = charged.mock.calls.map(([, each]) => each);
      return bytes.reduce((sum, each) => sum + each, 0) >= held.length * (SHARE_BYTES - 300);
    });
    charged.mockRestore();
    const refused = await record('203.0.113.3', padded(4_000));
    expectProblem(refused, 503, 'overloaded');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    held[0]!.hangUp();
    await until(
      'there is room',
      async () => (await record('203.0.113.3', padded(4_000))).status === 201,
    );
  });

  async function signUpWithKey(): Promise<{ key: string; token: string; apiKeyId: string }> {
    const { key, token } = await signUp(server);
    const { body } = (await server.get('/v1/api-keys', token)) as {
      body: { data: ApiKeyResponse[] };
    };
    return { key, token, apiKeyId: body.data[0]!.id };
  }
});
