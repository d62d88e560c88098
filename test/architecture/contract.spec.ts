import { ACTIONS } from '../../src/common/access/actions';
import { STATUS_OF_KIND } from '../../src/common/problem-status';
import { allProblems } from '../../src/common/problem';
import '../../src/app.module'; // every problem is declared by a module that it loads
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { operationsOf, type ApiDocument, type Operation } from '../support/architecture/openapi';
import { listSources } from '../support/architecture/sources';
import { ContractCheck } from '../support/contract-check';
import { METERED, OPEN_SCHEMAS } from '../product/description';

/* openapi.json says what clients need to have types for: what a body may hold, which problem has which members. */

interface Node {
  $ref?: string;
  type?: unknown;
  enum?: unknown[];
  oneOf?: Node[];
  anyOf?: Node[];
  allOf?: Node[];
  items?: Node;
  properties?: Record<string, Node>;
  additionalProperties?: boolean;
}

interface Document extends Omit<ApiDocument, 'components'> {
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  components: Omit<ApiDocument['components'], 'schemas'> & { schemas: Record<string, Node> };
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
const { schemas, responses } = document.components;
const operations = operationsOf(document);
const described = Object.values(document.paths).flatMap((item) => Object.values(item));

function nameOf({ $ref = '' }: Node): string {
  return $ref.split('/').at(-1)!;
}

/** The names of the schemas that a schema consists of, however deep. */
function namesIn(node: unknown, seen = new Set<string>()): Set<string> {
  for (const value of typeof node === 'object' && node !== null ? Object.values(node) : [])
    namesIn(value, seen);
  const { $ref } = (node ?? {}) as Node;
  if (!$ref || seen.has(nameOf({ $ref }))) return seen;
  seen.add(nameOf({ $ref }));
  return namesIn(schemas[nameOf({ $ref })], seen);
}

function fits(schema: object, value: unknown): boolean {
  const ajv = new Ajv2020({
    strict: false,
    formats: { uuid: true, email: true, 'date-time': true },
  });
  return ajv.compile({ ...schema, components: { schemas } })(value);
}

it('has a class of its own for each schema: of two of one name, one would describe both', () => {
  const named = /^(?:export )?class (\w+(?:Request|Response|Page|Query|Data|Event))\b/gm;
  const names = listSources().flatMap(({ text }) =>
    [...text.matchAll(named)].map(([, name]) => name!),
  );
  expect(names.filter((name) => name in schemas).length).toBeGreaterThan(100);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe('requests', () => {
  it('refuse unknown fields, but for those that keep them, and their schemas say so', () => {
    const bodies = described.flatMap(({ requestBody }) =>
      Object.values(requestBody?.content ?? {}),
    );
    const names = bodies.flatMap(({ schema }) => [...namesIn(schema)]);
    const open = names.filter(
      (name) => schemas[name]!.properties && schemas[name]!.additionalProperties !== false,
    );
    expect(names.length).toBeGreaterThan(25);
    expect(new Set(open)).toEqual(new Set(OPEN_SCHEMAS));
  });

  it('may have no body where no field is needed', () => {
    const patch = (path: string) => document.paths[path]!.patch!.requestBody!;
    expect(patch('/v1/business')).toMatchObject({ required: false });
    expect(patch('/v1/me')).toMatchObject({ required: true });
  });

  it('to sign up fit one of the two', () => {
    const { schema } =
      document.paths['/v1/auth/signup']!.post!.requestBody!.content['application/json']!;
    const person = { fullName: 'Ada', password: 'a good password' };
    const signup = { ...person, businessName: 'Acme', email: 'ada@example.com' };
    expect(fits(schema, signup)).toBe(true);
    expect(fits(schema, { ...person, activationKey: 'key' })).toBe(true);
    expect(fits(schema, { ...signup, activationKey: 'key' })).toBe(false);
  });
});

describe('answers', () => {
  const BASE = {
    ...{ type: 'https://example.com/problems/x', title: 'x', detail: 'x' },
    instance: 'urn:request:x',
  };

  it('of a signing up fit one of the two: the larger is not the smaller with more', () => {
    const [signup, join] = [schemas.SignupResponse!, schemas.JoinResponse!];
    const extra = Object.keys(signup.properties!).filter((name) => !(name in join.properties!));
    expect(extra.sort()).toEqual(['apiKey', 'subscription']);
    expect(join.additionalProperties).toBe(false);
  });

  it('of a batch are events or problems, which have a code', () => {
    const result = schemas.EventBatchResponse!.properties!.results!.items!;
    const problem = { ...BASE, status: 409, code: 'event_id_conflict' };
    expect(fits(result, { status: 409, problem })).toBe(true);
    expect(fits(result, { status: 409, problem: { ...problem, code: 'plan_not_found' } })).toBe(
      false,
    );
    expect(fits(result, { status: 409 })).toBe(false);
  });

  it('of a 402 have what a client shows', () => {
    const { schema } = responses.QuotaExceeded!.content!['application/problem+json']!;
    const members = { feature: METERED, used: 1, limit: 1, remaining: 0, explanation: 'x' };
    const problem = { ...BASE, status: 402, code: 'quota_exceeded', ...members };
    const whole = { ...problem, resetsAt: '2026-11-20T15:36:00.000Z', upgradeUrl: 'https://x' };
    expect(fits(schema, whole)).toBe(true);
    expect(fits(schema, problem)).toBe(false);
    expect(fits(schema, { ...whole, code: 'limit_reached' })).toBe(false);
  });

  it('have the codes of their status and no others', () => {
    const problems = new Map(allProblems().map((problem) => [problem.code, problem]));
    const wrong = operations.flatMap((operation) =>
      Object.keys(operation.responses)
        .filter((status) => Number(status) >= 400)
        .filter((status) => {
          const codes = codesOf(operation, status);
          const isOfStatus = (code: string) =>
            STATUS_OF_KIND[problems.get(code)!.kind] === Number(status);
          return codes.length === 0 || !codes.every(isOfStatus);
        })
        .map((status) => `${operation.name}: ${status}`),
    );
    expect(wrong).toEqual([]);
  });

  it('that pass say when to try again', () => {
    const passing = operations.flatMap(({ name, responses: answers }) =>
      ['429', '503', '507']
        .filter((status) => status in answers && !('Retry-After' in answers[status]!.headers!))
        .map((status) => `${name}: ${status}`),
    );
    expect(passing).toEqual([]);
  });

  it.each(['413', '431', '507'])('of %s are documented where a body is read', (status) => {
    const writing = operations.filter(({ verb }) => verb !== 'get');
    expect(writing.filter(({ responses: answers }) => !(status in answers))).toEqual([]);
  });
});

/** The codes that the schema of an answer allows. */
function codesOf({ responses: answers }: Operation, status: string): string[] {
  const schema = answers[status]!.content?.['application/problem+json']?.schema as Node;
  const problems = schema.oneOf ?? [schema];
  return problems.flatMap((problem) => {
    const [code] = schemas[nameOf(problem)]!.allOf!.at(-1)!.properties!.code!.enum as string[];
    return [code!];
  });
}

describe('the document', () => {
  it('names its enumerations: a client has one type of each', () => {
    const unnamed = Object.entries(schemas)
      .filter(([name]) => !/(Problem|Event)$/.test(name)) // each has one value, which is its own
      .flatMap(([name, { properties = {} }]) =>
        Object.entries(properties)
          .filter(([, property]) => property.enum ?? property.items?.enum)
          .map(([field]) => `${name}.${field}`),
      );
    expect(unnamed).toEqual([]);
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Action', 'Permission', 'Role']));
  });

  it('says where the server is, what each tag is, and that public routes need no credential', () => {
    expect(document.servers.map(({ url }) => url)).toEqual(['/']);
    const tags = document.tags.map(({ name }) => name);
    const used = described.flatMap((operation) => (operation as { tags?: string[] }).tags ?? []);
    expect(used).toHaveLength(described.length);
    expect([...new Set(used)].sort()).toEqual([...tags].sort());
    expect(described.filter(({ security }) => security === undefined)).toEqual([]);
  });
});

/** Work of the server that writes nothing that is logged. */
const UNLOGGED = [
  'application.list_origins',
  'application.read_origins',
  'change_listener.beat',
  'credential.resolve',
  'cron.beat',
  'database.check_role',
  'demo.watch',
  'health.ready',
  'metrics.read_billing',
  'metrics.read_events_behind',
  'metrics.read_queue',
  'metrics.read_renewal_lag',
];

it('every action that the sources name is among those that clients are told of', () => {
  const named = listSources()
    .filter(({ path }) => !path.endsWith('.spec.ts'))
    .flatMap(({ text }) => [
      ...text.matchAll(/(?:\bjob\(|\baction: |\bconst [A-Z_]+ = )'([a-z_]+\.[a-z_]+)'/g),
    ])
    .map(([, action]) => String(action));
  const known: string[] = [...ACTIONS, ...UNLOGGED];
  const unknown = named.filter((action) => !known.includes(action) && !action.startsWith('page.'));
  expect(named.length).toBeGreaterThan(100);
  expect(unknown).toEqual([]);
});

describe('the check of answers (CONTRACT=check)', () => {
  const check = new ContractCheck();
  const headers = { 'x-request-id': 'id', 'content-type': 'application/json; charset=utf-8' };
  const live = {
    pattern: '/health/live',
    method: 'GET',
    status: 200,
    headers,
    body: '{"status":"ok"}',
  };

  it('takes what is documented', () => {
    expect(check.faultOf(live)).toBeNull();
    expect(check.faultOf({ ...live, pattern: '/no/such/route' })).toBeNull();
  });

  it.each([
    ['another status', { status: 418 }],
    ['another value', { body: '{"status":"well"}' }],
    ['a field too many', { body: '{"status":"ok","since":1}' }],
    ['a header too few', { headers: { 'content-type': 'application/json' } }],
    ['another type', { headers: { ...headers, 'content-type': 'text/html' } }],
  ])('finds %s', (_, change) => {
    expect(check.faultOf({ ...live, ...change })).not.toBeNull();
  });

  it('finds a problem of another route', () => {
    const problem = { type: 'x', title: 'x', detail: 'x', instance: 'x' };
    const answer = {
      ...{ pattern: '/v1/plans', method: 'GET', status: 503 },
      headers: { ...headers, 'content-type': 'application/problem+json', 'retry-after': '5' },
    };
    const body = (code: string) => JSON.stringify({ ...problem, status: 503, code });
    expect(check.faultOf({ ...answer, body: body('overloaded') })).toBeNull();
    expect(check.faultOf({ ...answer, body: body('not_ready') })).not.toBeNull();
  });
});
