import type { Config } from '../../src/platform/config/config';
import { signUp, type Customer } from './customers';
import { addMember, type AddedMember } from './members';
import type { Answer } from './problems';
import { sendRaw, type RawRequest } from './raw-http';
import { changeSubscription } from './subscriptions';
import { TestApplication } from './test-application';

export type Headers = [name: string, value: string][];

export const JSON_TYPE: Headers = [['content-type', 'application/json']];
export const BODY_LIMIT_BYTES = 256 * 1024;

export const bearer = (token: string): Headers => [['authorization', `Bearer ${token}`]];

/** A server, a customer without limits and a viewer of its team, for requests as they stand. */
export class Edge {
  private constructor(
    readonly server: TestApplication,
    readonly customer: Customer,
    readonly viewer: AddedMember,
  ) {}

  static async start(changes: Partial<Config> = {}): Promise<Edge> {
    const server = await TestApplication.start(changes);
    const customer = await signUp(server);
    await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
    return new Edge(server, customer, await addMember(server, customer, 'viewer'));
  }

  raw(request: RawRequest): Promise<Answer> {
    return sendRaw(this.server.url, request);
  }

  /** A login that no rule of the edge stops ends in 422: it has no fields. */
  post(body: string | Buffer, headers = JSON_TYPE, path = '/v1/auth/login'): Promise<Answer> {
    return this.raw({ method: 'POST', path, headers, body });
  }

  record(body: string | Buffer): Promise<Answer> {
    return this.post(body, [...JSON_TYPE, ...bearer(this.customer.key)], '/v1/recordings');
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
