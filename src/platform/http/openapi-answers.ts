import type { OpenAPIObject } from '@nestjs/swagger';
import {
  inPascalCase,
  ProblemResponse,
  referTo,
  schemaNameOf,
} from '../../common/access/problem-responses';
import type { ProblemDefinition } from '../../common/problem';
import { insufficientScope } from '../../common/problems';
import { STATUS_OF_KIND } from '../../common/problem-status';
import { getSchemaPath } from '@nestjs/swagger';

type Components = NonNullable<OpenAPIObject['components']>;
export type Schemas = NonNullable<Components['schemas']>;
type Answers = NonNullable<Components['responses']>;
type Headers = NonNullable<Components['headers']>;
export type Reference = { $ref: string };

const SECONDS = { type: 'integer' as const, minimum: 1 };

/** The headers of answers, by the names that components have. */
export const HEADERS = {
  'X-Request-Id': {
    description: "The id of this request: the caller's own, if it sent a well-formed one",
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
  'Retry-After': {
    description: 'Retry after this many seconds',
    required: true,
    schema: SECONDS,
  },
  'Retry-After-Conflict': {
    description: 'For a temporary conflict: retry after this many seconds',
    schema: SECONDS,
  },
  'RateLimit-Policy': {
    description: 'How many requests (`q`) in how many seconds (`w`); absent where nothing counts',
    schema: { type: 'string', example: '"default";q=600;w=60' },
  },
  RateLimit: {
    description: 'How many are left (`r`), and in how many seconds all are there again (`t`)',
    schema: { type: 'string', example: '"default";r=599;t=60' },
  },
  'WWW-Authenticate': {
    description: 'How to sign in (RFC 6750)',
    required: true,
    schema: { type: 'string', example: 'Bearer realm="tenantry"' },
  },
  'WWW-Authenticate-Scope': {
    description: 'With `insufficient_scope`: the scope that is missing (RFC 6750)',
    schema: {
      type: 'string',
      example: 'Bearer realm="tenantry", error="insufficient_scope", scope="status:read"',
    },
  },
  'Idempotency-Replayed': {
    description: '`true`: the answer of the first request, repeated',
    schema: { type: 'string', enum: ['true'] },
  },
  'X-Support-Session': {
    description: 'During a support session: its id',
    schema: { type: 'string', format: 'uuid' },
  },
} satisfies Headers;

export type HeaderName = keyof typeof HEADERS;

const OF_A_STATUS: Partial<Record<number, Record<string, HeaderName>>> = {
  401: { 'WWW-Authenticate': 'WWW-Authenticate' },
  409: { 'Retry-After': 'Retry-After-Conflict' },
  429: {
    'Retry-After': 'Retry-After',
    'RateLimit-Policy': 'RateLimit-Policy',
    RateLimit: 'RateLimit',
  },
  503: { 'Retry-After': 'Retry-After' },
  507: { 'Retry-After': 'Retry-After' },
};

const OF_A_SCOPE = { 'WWW-Authenticate': 'WWW-Authenticate-Scope' as const };

/** References to headers. A header with the name of its component needs no other. */
export function headersOf(names: HeaderName[]): Record<string, Reference> {
  return referToHeaders(Object.fromEntries(names.map((name) => [name, name])));
}

function referToHeaders(components: Record<string, HeaderName>): Record<string, Reference> {
  const entries = Object.entries(components);
  return Object.fromEntries(
    entries.map(([name, component]) => [name, { $ref: `#/components/headers/${component}` }]),
  );
}

/**
 * The refusals of routes: for each status one answer, whose schema has the codes of that route and no others.
 * Many routes have the same ones, so they are components, named by their codes.
 */
export class ProblemAnswers {
  readonly schemas: Schemas = {};
  readonly answers: Answers = {};

  /** @returns by status, in the order of statuses */
  refer(problems: ProblemDefinition[]): Record<string, Reference> {
    const byStatus = new Map<number, Set<ProblemDefinition>>();
    for (const problem of problems) {
      const status = STATUS_OF_KIND[problem.kind];
      byStatus.set(status, (byStatus.get(status) ?? new Set()).add(problem));
    }
    const answers = [...byStatus].map(([status, ofStatus]) => [
      String(status),
      this.answer(status, [...ofStatus].sort(byCode)),
    ]);
    return Object.fromEntries(answers) as Record<string, Reference>;
  }

  private answer(status: number, problems: ProblemDefinition[]): Reference {
    const name = problems.map(({ code }) => inPascalCase(code)).join('Or');
    for (const problem of problems) this.schemas[schemaNameOf(problem)] ??= toSchema(problem);
    const references = problems.map(referTo);
    const [only] = references;
    const schema = references.length === 1 ? only! : { oneOf: references };
    this.answers[name] ??= {
      description: problems.map(({ code, title }) => `\`${code}\`: ${title}`).join('\n\n'),
      headers: {
        ...headersOf(['X-Request-Id']),
        ...referToHeaders(OF_A_STATUS[status] ?? {}),
        ...(problems.includes(insufficientScope.definition) && referToHeaders(OF_A_SCOPE)),
      },
      content: { 'application/problem+json': { schema } },
    };
    return { $ref: `#/components/responses/${name}` };
  }
}

function toSchema(problem: ProblemDefinition): Schemas[string] {
  const { code, kind, title, members } = problem;
  const own = {
    type: 'object',
    properties: {
      code: { type: 'string', enum: [code] },
      status: { type: 'integer', enum: [STATUS_OF_KIND[kind]] },
    },
    required: ['code', 'status'],
  };
  const further = members ? [{ $ref: getSchemaPath(members) }] : [];
  return {
    description: title,
    allOf: [{ $ref: getSchemaPath(ProblemResponse) }, ...further, own],
  };
}

function byCode(one: ProblemDefinition, other: ProblemDefinition): number {
  return one.code < other.code ? -1 : 1;
}
