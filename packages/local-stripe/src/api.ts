import { timingSafeEqual } from 'node:crypto';
import { catalogRoutes } from './catalog';
import { chargeRoutes } from './charges';
import { checkoutRoutes } from './checkout';
import { customerRoutes } from './customers';
import { runUntil } from './due';
import { eventRoutes } from './event-log';
import { expand } from './expand';
import { parseForm } from './form-body';
import type { Answer } from './idempotency';
import { invoiceRoutes } from './invoices';
import { Parameters } from './parameters';
import { portalRoutes } from './portal';
import type { Route } from './route';
import { invalidRequest, StripeFault } from './stripe-fault';
import { API_VERSION } from './settings';
import type { Store } from './store';
import { subscriptionItemRoutes } from './subscription-items';
import { subscriptionRoutes } from './subscriptions';
import type { World } from './world';

/** A call of the API, as it came. */
export interface RawCall {
  id: string;
  method: string;
  path: string;
  /** The body of a POST, the query of all others. */
  form: string;
  authorization: string;
  version: string | undefined;
  idempotencyKey: string | null;
}

const routes: Route[] = [
  ['GET', '/v1/account', ({ world }) => ({ id: world.settings.accountId, object: 'account' })],
  ...customerRoutes,
  ...catalogRoutes,
  ...checkoutRoutes,
  ...portalRoutes,
  ...subscriptionRoutes,
  ...subscriptionItemRoutes,
  ...invoiceRoutes,
  ...chargeRoutes,
  ...eventRoutes,
];

/**
 * Answers a call, which takes effect entirely or not at all. What falls due with it (a short trial's reminder) happens
 * too.
 */
export function answerCall(world: World, call: RawCall): Answer {
  try {
    world.call = { id: call.id, idempotency_key: call.idempotencyKey };
    const body = world.atomically(() => perform(world, call));
    return { status: 200, body: JSON.stringify(body, misreporting(world.store)) };
  } catch (error) {
    if (!(error instanceof StripeFault)) throw error;
    return answerOf(error);
  } finally {
    world.call = null;
    runUntil(world, world.clock.now);
  }
}

function misreporting({ misreported }: Store): (name: string, value: unknown) => unknown {
  return (_, value) => {
    const changes = misreported.get((value as { id?: string } | null)?.id ?? '');
    return changes ? { ...(value as object), ...changes } : value;
  };
}

export function answerOf(fault: StripeFault): Answer {
  return { status: fault.status, body: JSON.stringify(fault.body) };
}

/** @throws 401 */
export function assertAuthorized(authorization: string, apiKey: string): void {
  const [sent, right] = [Buffer.from(authorization), Buffer.from(`Bearer ${apiKey}`)];
  if (sent.length === right.length && timingSafeEqual(sent, right)) return;
  throw new StripeFault(401, 'invalid_request_error', 'Invalid API Key provided.');
}

/** @throws 400: objects of another version have another shape */
function assertVersion(version: string | undefined): void {
  if (version === undefined || version === API_VERSION) return;
  throw invalidRequest(`The local Stripe speaks ${API_VERSION}, not ${version}.`);
}

function perform(world: World, { method, path, form, version }: RawCall): object {
  assertVersion(version);
  const params = new Parameters(parseForm(form));
  const paths = params.texts('expand') ?? [];
  const { handler, id } = findRoute(method, path);
  const answer = handler({ world, params, id });
  params.rejectUnread();
  return expand(world.store, answer, paths);
}

function findRoute(method: string, path: string) {
  for (const [routeMethod, pattern, handler] of routes) {
    const id = routeMethod === method ? matchPath(pattern, path) : null;
    if (id !== null) return { handler, id };
  }
  const message = `Unrecognized request URL (${method}: ${path}).`;
  throw new StripeFault(404, 'invalid_request_error', message);
}

/** @returns what stands in the place of `:id`, `''` where the pattern has none */
function matchPath(pattern: string, path: string): string | null {
  const [wanted, parts] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== parts.length) return null;
  const matches = wanted.every((part, index) => part === ':id' || part === parts[index]);
  return matches ? decodeURIComponent(parts[wanted.indexOf(':id')] ?? '') : null;
}
