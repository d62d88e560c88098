import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { WebhookDeliveryResponse } from '../../src/modules/webhooks/dto/webhook-delivery';
import type { WebhookEndpointWithSecretResponse } from '../../src/modules/webhooks/dto/webhook-endpoint';
import type { TestApplication } from './test-application';
import type { TestDatabase } from './test-database';
import { until } from './until';

/** The body that is sent. */
export interface SentEvent {
  type: string;
  timestamp: string;
  businessId: string;
  sequence: number;
  data: Record<string, unknown>;
}

export interface ReceivedWebhook {
  /** The `webhook-id`. */
  id: string;
  headers: IncomingHttpHeaders;
  /** Byte for byte. */
  body: string;
  event: SentEvent;
  status: number;
}

/** What a request is answered with; null: nothing, until `letGo`. */
type Answer = (received: Omit<ReceivedWebhook, 'status'>) => number | null;

/** An independent receiver on this machine: it keeps what it gets and answers as it is told to. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  answer: Answer = () => 200;
  /** Of each answer. */
  headers: Record<string, string> = { location: '/moved' };
  private readonly held: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const received = {
          id: String(request.headers['webhook-id']),
          headers: request.headers,
          body,
          event: JSON.parse(body) as SentEvent,
        };
        const status = receiver.answer(received);
        receiver.received.push({ ...received, status: status ?? 0 });
        const end = (code: number) => response.writeHead(code, receiver.headers).end('said');
        if (status === null) receiver.held.push(() => end(200));
        else end(status);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Of the types named, or of all. */
  events(...types: string[]): SentEvent[] {
    const events = this.received.map(({ event }) => event);
    return events.filter(({ type }) => types.length === 0 || types.includes(type));
  }

  /** Answers what it has kept waiting. */
  letGo(): void {
    for (const end of this.held.splice(0)) end();
  }

  async stop(): Promise<void> {
    this.letGo();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** @throws by the specification's own library, for a signature that is not of this secret, or of another time */
export function verify(
  { body, headers }: Pick<ReceivedWebhook, 'body' | 'headers'>,
  secret: string,
): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

export async function createEndpoint(
  server: Pick<TestApplication, 'post'>,
  token: string,
  body: object,
): Promise<WebhookEndpointWithSecretResponse> {
  const response = await server.post('/v1/webhook-endpoints', token, body);
  if (response.status !== 201) throw new Error(`answered ${response.status}: ${response.text}`);
  return response.body as WebhookEndpointWithSecretResponse;
}

export async function listDeliveries(
  server: Pick<TestApplication, 'get'>,
  token: string,
  endpointId: string,
): Promise<WebhookDeliveryResponse[]> {
  const path = `/v1/webhook-endpoints/${endpointId}/deliveries?limit=100`;
  const response = await server.get(path, token);
  return (response.body as { data: WebhookDeliveryResponse[] }).data;
}

/** What waits for its next try is tried now: the pauses grow to hours. */
export async function makeDeliveriesDue(database: TestDatabase): Promise<void> {
  await database.query(
    `UPDATE webhook_deliveries SET next_try_at = '2020-01-01' WHERE status = 'pending' AND next_try_at > now()`,
  );
  await database.query(
    `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL AND run_at > now()`,
  );
  await database.query(`SELECT pg_notify('jobs:insert', '{"count":1}')`);
}

/** Every job of webhooks has run, and none waits for later. */
export async function finishWebhooks(database: TestDatabase): Promise<void> {
  await until('all webhooks are delivered or given up', async () => {
    const [waiting] = await database.query<{ count: number }>(
      `SELECT (SELECT count(*) FROM webhook_deliveries WHERE status = 'pending')::integer
            + (SELECT count(*) FROM graphile_worker.jobs
               WHERE task_identifier IN ('webhooks.dispatch', 'webhooks.replay_events') AND attempts < max_attempts)::integer AS count`,
    );
    return waiting!.count === 0;
  });
}
