import type { RequestContext } from '../../common/request-context';
import type { OutboundClient } from './outbound-client';
import { OutboundFailure } from './outbound-failure';

/**
 * A JSON object at a URL that an identity provider names.
 * @throws OutboundFailure, also for another status than 200, more than 64 KiB, and what is no JSON object
 */
export async function readJsonDocument(
  client: OutboundClient,
  context: RequestContext,
  url: string,
): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json' };
  const { status, body, isComplete } = await client.send(context, { method: 'GET', url, headers });
  if (status !== 200) throw unusable(`${url} answered ${status}.`);
  if (!isComplete) throw unusable(`${url} answered more than 64 KiB.`);
  const parsed = parse(body.toString());
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw unusable(`${url} did not answer JSON.`);
  return parsed as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function unusable(message: string): OutboundFailure {
  return new OutboundFailure('unusable', message);
}

/** Where an issuer describes itself: OpenID Connect Discovery 1.0, section 4. Pure. */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}
