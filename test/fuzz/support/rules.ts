import type { Contract, Schema } from './contract';
import type { CredentialChoice } from './cases';
import type { Change } from '../../support/change-log';
import type { Exchange } from './exchange';

/** Finds what is amiss with an exchange, or null. */
type Rule = (exchange: Exchange, contract: Contract) => string | null;

const SLOW_MS = 1_000;
const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Refusals of the HTTP server itself, before there is a route to document them. */
const OF_ANY_REQUEST = new Set([
  ...['malformed_request', 'headers_too_large', 'request_timeout', 'expectation_failed'],
]);

/** A refused sign-in is written down, though nothing else is done. */
const WRITES_REFUSALS_DOWN = new Set(['session.create', 'staff_session.create', 'password.change']);

/** What a member may do beyond the own business: found another, join another, and the person's own sessions. */
const BEYOND_THE_BUSINESS = new Set([
  ...[
    'business.create',
    'invitation.accept',
    'session.switch',
    'session.revoke',
    'password.change',
  ],
]);

/** Here a bad item is refused alone, in an answer that is a success. */
const DECIDES_ITEMS_ALONE = new Set(['recording.create_batch']);

/** These never open a route that is not public. */
const OPENS_NOTHING = new Set<CredentialChoice>([
  ...(['none', 'junk', 'cut', 'without scheme', 'long'] as const),
]);

/** The rules for every exchange. */
const RULES: Record<string, Rule> = {
  'an answer comes': ({ answer }) => (answer.status === 0 ? 'the connection was closed' : null),

  'no fault of the server': ({ answer }) =>
    answer.status >= 500 ? `it is ${answer.status}` : null,

  'in time': ({ tookMs }) =>
    tookMs > SLOW_MS ? `it took ${Math.round(tookMs)} ms, and again` : null,

  'with the id of the request': ({ request, answer }) => {
    const given = (request.headers ?? []).filter(([name]) => /^x-request-id$/i.test(name));
    const sane = given.length === 1 && SANE_REQUEST_ID.test(given[0]![1].trim());
    const id = String(answer.headers['x-request-id'] ?? '');
    if (!SANE_REQUEST_ID.test(id)) return `X-Request-Id is "${id}"`;
    return sane && reachesRoutes(answer) && id !== given[0]![1].trim()
      ? `"${id}" is not the one given`
      : null;
  },

  'a status that is documented': ({ operation, answer, isAtOperation }, contract) => {
    if (!isAtOperation && answer.status >= 400) return null;
    if (contract.answerOf(operation, answer.status)) return null;
    return OF_ANY_REQUEST.has(codeOf(answer)) ? null : `${answer.status} ${codeOf(answer)} is not`;
  },

  'a whole problem document': ({ answer }, contract) =>
    answer.status < 400 ? null : faultOfProblem(answer, contract),

  'a problem that the route documents': ({ operation, answer, isAtOperation }, contract) => {
    const code = codeOf(answer);
    if (answer.status < 400 || !isAtOperation || OF_ANY_REQUEST.has(code)) return null;
    const said = contract.answerOf(operation, answer.status)?.description ?? '';
    return said.includes(`\`${code}\``) ? null : `${answer.status} ${code} is not in openapi.json`;
  },

  'the content that is documented': ({ operation, answer }, contract) => {
    const described = answer.status < 300 ? contract.answerOf(operation, answer.status) : undefined;
    return described
      ? faultOfContent(answer, described.content?.['application/json']?.schema, contract)
      : null;
  },

  'headers that belong to the status': ({ answer }) => {
    const needed: Record<number, string> = {
      401: 'www-authenticate',
      405: 'allow',
      429: 'retry-after',
    };
    const name = needed[answer.status];
    return name && !answer.headers[name] ? `${name} is missing` : null;
  },

  'nothing changed when it was refused or only read': ({ operation, answer, changes }) => {
    if (answer.status < 400 && operation.verb !== 'get') return null;
    const left = withoutReleasedClaims(changes).filter(
      ({ table, how }) =>
        !(WRITES_REFUSALS_DOWN.has(operation.action) && table === 'audit_log' && how === 'INSERT'),
    );
    return left.length > 0 ? JSON.stringify(left).slice(0, 600) : null;
  },

  'nothing for who has no credential': ({ operation, credential, answer }) => {
    if (operation.audience === 'public' || answer.status >= 400) return null;
    return OPENS_NOTHING.has(credential) ? `${answer.status} with "${credential}"` : null;
  },

  'a body that the document does not allow is refused': (exchange, contract) => {
    const { operation, request, answer } = exchange;
    if (answer.status >= 400 || DECIDES_ITEMS_ALONE.has(operation.action)) return null;
    const given = parse(request.body);
    const fault = given === undefined ? null : contract.faultOfBody(operation, given);
    return fault ? `${answer.status}, though the body ${fault}` : null;
  },
};

/** A route in steps claims its key before it works, and a refusal gives it back: both or neither. */
function withoutReleasedClaims(changes: Change[]): Change[] {
  const claims = changes.filter(({ table }) => table === 'idempotency_keys');
  const claimsOf = (how: string) =>
    claims.filter((change) => change.how === how).map(({ row }) => row.claim_id);
  const [taken, released] = [claimsOf('INSERT'), new Set(claimsOf('DELETE'))];
  const areReleased = claims.length === 2 * taken.length && taken.every((id) => released.has(id));
  return areReleased ? changes.filter((change) => !claims.includes(change)) : changes;
}

/** No row of another business is written by who acts in one. */
export function faultOfTenants(
  { operation, credential, changes }: Exchange,
  own: string,
  other: string,
): string | null {
  if (operation.audience === 'public' || operation.audience === 'staff') return null;
  if (BEYOND_THE_BUSINESS.has(operation.action)) return null;
  const acting = credential === 'of another tenant' ? other : own;
  const foreign = changes.filter(({ businessId }) => businessId !== null && businessId !== acting);
  return foreign.length > 0
    ? `rows of another business: ${JSON.stringify(foreign).slice(0, 600)}`
    : null;
}

function faultOfProblem(
  { status, headers, text }: Exchange['answer'],
  contract: Contract,
): string | null {
  const type = String(headers['content-type'] ?? 'none');
  if (!/^application\/problem\+json(;|$)/.test(type)) return `${status}: content type ${type}`;
  const problem = JSON.parse(text) as Record<string, unknown>;
  const fault = contract.faultOfProblem(problem);
  if (fault) return fault;
  const code = String(problem.code);
  const documented = contract.problems.get(code);
  if (documented?.status !== status || documented.title !== problem.title)
    return `${status} ${code} "${String(problem.title)}" is not in docs/problems.md`;
  if (
    problem.status !== status ||
    problem.instance !== `urn:request:${String(headers['x-request-id'])}`
  )
    return `its members are of another answer: ${text}`;
  return faultOfMembers(problem, documented.explanation);
}

const MEMBERS = new Set(['type', 'title', 'status', 'detail', 'instance', 'code']);

/** Further members are those that docs/problems.md names. */
function faultOfMembers(problem: Record<string, unknown>, explanation: string): string | null {
  const unnamed = Object.keys(problem).filter(
    (name) => !MEMBERS.has(name) && !explanation.includes(`\`${name}\``),
  );
  return unnamed.length > 0 ? `docs/problems.md does not name ${unnamed.join(', ')}` : null;
}

function faultOfContent(
  { text, headers }: Exchange['answer'],
  schema: Schema | undefined,
  contract: Contract,
): string | null {
  if (!schema) return null;
  if (!String(headers['content-type']).startsWith('application/json'))
    return `content type ${String(headers['content-type'])}`;
  return contract.faultOfContent(schema, JSON.parse(text));
}

/** What is no HTTP is answered before its headers are read. */
function reachesRoutes({ headers }: Exchange['answer']): boolean {
  return headers['date'] !== undefined;
}

export function codeOf({ text, headers }: Exchange['answer']): string {
  if (!String(headers['content-type']).includes('json')) return '';
  const { code } = JSON.parse(text || '{}') as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function parse(body: string | Buffer | undefined): unknown {
  try {
    return body === undefined ? undefined : (JSON.parse(String(body)) as unknown);
  } catch {
    return undefined; // the strict reader refuses more than this does
  }
}

/** All that is amiss with an exchange by the rules, one line each. */
export function listFaults(exchanged: Exchange, contract: Contract): string[] {
  return Object.entries(RULES).flatMap(([name, rule]) => {
    const fault = rule(exchanged, contract);
    return fault ? [`${name}: ${fault}`] : [];
  });
}

const SHOWN_CHARACTERS = 1_500;

/** An exchange for people to read, cut where it is long. */
export function showExchange({ request, answer }: Exchange): string {
  const headers = (request.headers ?? []).map(
    ([name, value]) => `${name}: ${JSON.stringify(value)}`,
  );
  const lines = [
    `${request.method} ${request.path}`,
    ...headers,
    String(request.body ?? ''),
    `→ ${answer.status} ${JSON.stringify(answer.headers)}`,
    answer.text,
  ];
  return lines.map((line) => line.slice(0, SHOWN_CHARACTERS)).join('\n');
}
