import { CommandFailure } from '../support/failure';
import type { Stage } from './stage';

type Method = 'GET' | 'POST';

export interface Answer<Body> {
  status: number;
  body: Body;
}

export interface RequestOptions {
  token?: string;
  body?: object;
  /** The status that the story expects; any other ends it. */
  expect: number | readonly number[];
  /** For a request that is sent many times: not printed. */
  isSilent?: boolean;
}

/** The public HTTP API, as customers use it. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly stage: Stage,
  ) {}

  /** @throws CommandFailure when the answer has an unexpected status */
  async send<Body>(method: Method, path: string, options: RequestOptions): Promise<Answer<Body>> {
    const { token, body, isSilent = false } = options;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: body && JSON.stringify(body),
    });
    const answer = { status: response.status, body: (await response.json()) as Body };
    if (!isSilent) await this.stage.request(method, path, answer.status);
    if (![options.expect].flat().includes(answer.status))
      throw new CommandFailure(
        `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    return answer;
  }
}
