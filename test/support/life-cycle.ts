import type { Response } from 'supertest';
import type { Page } from '../../src/common/pagination';
import type { PlanChangeResponse } from '../../src/modules/subscriptions/dto/plan-change';
import type { SubscriptionEventResponse } from '../../src/modules/subscriptions/dto/subscription-event.response';
import type {
  PeriodResponse,
  SubscriptionResponse,
} from '../../src/modules/subscriptions/dto/subscription.response';
import { METERED } from '../product/description';
import type { Customer } from './customers';
import type { TestApplication } from './test-application';

export const SUBSCRIPTION = '/v1/subscription';

type Owner = Pick<Customer, 'token'>;

/** What an owner does with the subscription over HTTP, and what is seen of it. */
export class OwnSubscription {
  constructor(
    private readonly server: Pick<TestApplication, 'get' | 'post' | 'patch'>,
    private readonly owner: Owner,
  ) {}

  /** One of `change`, `cancel`, `pause` and so on. @returns any answer */
  async ask(action: string, body?: object): Promise<Response> {
    return this.server.post(`${SUBSCRIPTION}/${action}`, this.owner.token, body);
  }

  /** The same, where it has to succeed. */
  async act(action: string, body?: object): Promise<SubscriptionResponse> {
    return bodyOf(await this.ask(action, body));
  }

  async askToUpdate(body: object): Promise<Response> {
    return this.server.patch(SUBSCRIPTION, this.owner.token, body);
  }

  async update(body: object): Promise<SubscriptionResponse> {
    return bodyOf(await this.askToUpdate(body));
  }

  async preview(body: object): Promise<PlanChangeResponse> {
    return bodyOf(await this.ask('preview-change', body));
  }

  async read(): Promise<SubscriptionResponse> {
    return this.get(SUBSCRIPTION);
  }

  /** The running one first. */
  async periods(): Promise<PeriodResponse[]> {
    return (await this.get<Page<PeriodResponse>>(`${SUBSCRIPTION}/periods?limit=100`)).data;
  }

  /** What happened, the newest first. */
  async history(): Promise<SubscriptionEventResponse[]> {
    const path = `${SUBSCRIPTION}/history?limit=100`;
    return (await this.get<Page<SubscriptionEventResponse>>(path)).data;
  }

  async verify(): Promise<{ counter: number; rows: number; equal: boolean }> {
    return this.get(`/v1/usage/${METERED}/verify`);
  }

  private async get<T>(path: string): Promise<T> {
    return bodyOf<T>(await this.server.get(path, this.owner.token));
  }
}

/** The body of an answer that has to be 200. */
function bodyOf<T>(response: Response): T {
  if (response.status !== 200)
    throw new Error(`expected 200 and not ${response.status}: ${response.text}`);
  return response.body as T;
}

/** Both ends of a period, in milliseconds. */
export function lengthOf({ start, end }: Pick<PeriodResponse, 'start' | 'end'>): number {
  return Date.parse(end) - Date.parse(start);
}
