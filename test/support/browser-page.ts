import type { Response } from 'supertest';
import { cookieNameOf, type SessionKind } from '../../src/common/session-cookies';
import type { TestApplication } from './test-application';

/** Where browsers keep the cookies of a session: the APP_URL of a server whose pages have them. */
export const PAGE_ORIGIN = 'https://app.test';
export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

type Verb = Parameters<TestApplication['send']>[0];

/** What a request by cookie carries, of one session or several. */
export function cookieHeaders(
  kind: SessionKind,
  tokens: Partial<Record<SessionKind, string>>,
): Record<string, string> {
  const pairs = Object.entries(tokens).map(
    ([each, token]) => `${cookieNameOf(each as SessionKind)}=${token}`,
  );
  return { ...SAME_ORIGIN, 'tenantry-session': kind, cookie: pairs.join('; ') };
}

/** The cookies of one browser, whose tabs share them. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly server: TestApplication) {}

  tokenOf(kind: SessionKind): string | undefined {
    return this.cookies.get(cookieNameOf(kind));
  }

  /** As a script of the console sends it; `null` leaves a header out. */
  async send(
    kind: SessionKind,
    verb: Verb,
    path: string,
    body?: object,
    changes: Record<string, string | null> = {},
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const own = { ...SAME_ORIGIN, 'tenantry-session': kind, cookie };
    const headers: Record<string, string | null> = { ...own, ...changes };
    const request = this.server.send(verb, path);
    for (const [name, value] of Object.entries(headers))
      if (value !== null) void request.set(name, value);
    const answer = await (body ? request.send(body) : request);
    this.keep(answer);
    return answer;
  }

  private keep(answer: Response): void {
    for (const line of setCookiesOf(answer)) {
      const [name = '', value = ''] = line.slice(0, line.indexOf(';')).split('=');
      if (line.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

export function setCookiesOf({ headers }: Response): string[] {
  return [(headers['set-cookie'] as string[] | string | undefined) ?? []].flat();
}
