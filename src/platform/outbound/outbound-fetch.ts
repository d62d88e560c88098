import type { RequestContext } from '../../common/request-context';
import type { OutboundClient } from './outbound-client';
import { OutboundFailure } from './outbound-failure';

const WITHOUT_BODY = [204, 205, 304];

interface FetchOptions {
  method?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
  body?: unknown;
}

/** `fetch` for libraries that take one: each request goes through the guarded client, with its limits. */
export function fetchThrough(
  client: OutboundClient,
  context: RequestContext,
): (url: string, options: FetchOptions) => Promise<Response> {
  return async (url, { method = 'GET', headers, body }) => {
    const answer = await client.send(context, {
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      headers: Object.fromEntries(new Headers(headers).entries()),
      ...(body !== undefined && body !== null && { body: textOf(body) }),
    });
    if (!answer.isComplete)
      throw new OutboundFailure('unusable', `${url} answered more than 64 KiB.`);
    return new Response(WITHOUT_BODY.includes(answer.status) ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: toHeaders(answer.headers),
    });
  };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('only texts and forms are sent');
}

function toHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const each of [value ?? []].flat()) made.append(name, each);
  return made;
}
