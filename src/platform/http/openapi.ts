import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { codesAddedTo, PROBLEMS_EXTENSION } from '../../common/access/access.decorator';
import { ProblemResponse } from '../../common/access/problem-responses';
import { enumerations } from '../../common/fields';
import { allProblems, type DeclaredProblem, type ProblemDefinition } from '../../common/problem';
import {
  bodyTooLarge,
  expectationFailed,
  headersTooLarge,
  internalError,
  malformedRequest,
  overloaded,
  requestTimeout,
  storageFull,
  tooManyValues,
  unsupportedMediaType,
} from '../../common/problems';
import { rateLimitedProblem } from '../rate-limit/rate-limit.errors';
import { isLimited } from '../rate-limit/request-limiter';
import {
  idempotencyAnswerNotKept,
  idempotencyKeyInUse,
  idempotencyKeyReused,
} from './idempotency/idempotency.errors';
import { lastingAnswer } from './lasting-answer';
import {
  HEADERS,
  headersOf,
  ProblemAnswers,
  type HeaderName,
  type Schemas,
} from './openapi-answers';
import { closeRequests } from './openapi-closing';
import { nameFeatures } from './openapi-features';
import { describeWebhooks, eventModels, eventSchemas } from './openapi-webhooks';
import { tagsOf } from './tag.decorator';

interface Parameter {
  name?: string;
  in?: string;
  required?: boolean;
  description?: string;
  schema?: object;
}

interface Operation {
  parameters?: Parameter[];
  responses: Record<string, { headers?: object } | { $ref: string }>;
  security?: object[];
  operationId: string;
  'x-audience': string;
  'x-also'?: { service?: string };
  [PROBLEMS_EXTENSION]?: string[];
}

const CREDENTIALS = {
  dashboard: {
    bearerFormat: 'tns_…',
    description:
      'A dashboard session, `tns_…`, of one member in one business; signup and login return it. Staff have a support session instead, `tnu_…`. Browsers may have either in a cookie, `__Host-tenantry-team` or `__Host-tenantry-support`: a request with `Tenantry-Session: team` (or `support`) is made with it, if `Sec-Fetch-Site` or `Origin` says that a page of this server sent it. `Tenantry-Business` names the business that the page shows: 409 where the session is in another.',
  },
  sdk: {
    bearerFormat: 'tnk_…',
    description: 'An SDK API key, `tnk_…`; it can call SDK routes only',
  },
  service: {
    bearerFormat: 'tnv_…',
    description:
      'A service key, `tnv_…`, of your own back ends; each request names its business. Refused with an Origin header: never put it into a page or an app',
  },
  staff: {
    bearerFormat: 'tnf_…',
    description:
      'A staff session, `tnf_…`. In a browser also the cookie `__Host-tenantry-staff`, with `Tenantry-Session: staff`',
  },
};

const EMPTY_DOCUMENT: OpenAPIObject = {
  openapi: '3.1.0',
  info: { title: '', version: '' },
  paths: {},
};

/** The contract as OpenAPI 3.1, from the decorators of the routes. Deterministic. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tenantry')
    .setDescription(
      'The back end that a SaaS product stands on: businesses, teams, plans, subscriptions, exact quotas.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that this document comes from');
  for (const [name, credential] of Object.entries(CREDENTIALS))
    builder.addSecurity(name, { type: 'http', scheme: 'bearer', ...credential });
  for (const { name, description } of tagsOf(app)) builder.addTag(name, description);
  const members = allProblems().flatMap((problem) => (problem.members ? [problem.members] : []));
  const document = SwaggerModule.createDocument(app, builder.build(), {
    extraModels: [ProblemResponse, ...members, ...eventModels()],
  });
  return complete(document);
}

/**
 * A browsable page at /docs and the document at /openapi.json, both without a network. The page fetches the document
 * instead of embedding it in its script.
 */
export function serveDocs(app: NestFastifyApplication): void {
  const text = () => JSON.stringify(createOpenApiDocument(app)); // at the first visit: it should not delay the start
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', lastingAnswer('application/json; charset=utf-8', text));
  SwaggerModule.setup('docs', app, EMPTY_DOCUMENT, {
    raw: false,
    customSiteTitle: 'Tenantry API',
    swaggerOptions: {
      url: '/openapi.json',
      displayRequestDuration: true,
      persistAuthorization: true,
    },
  });
}

/** Adds what follows from a route's audience, method and path: its decorator does not know them all. */
function complete({
  openapi,
  info,
  servers,
  tags,
  paths,
  components,
}: OpenAPIObject): OpenAPIObject {
  const problems = new ProblemAnswers();
  const definitions = new Map(allProblems().map((problem) => [problem.code, problem]));
  for (const [path, item] of Object.entries(paths))
    for (const [method, operation] of Object.entries(item) as [string, Operation][]) {
      operation.security ??= [];
      operation.parameters = operation.parameters?.filter((each) => isAskedFor(each, method));
      if (namesBusinessInQuery(method, operation))
        (operation.parameters ??= []).push(businessParameter(operation));
      for (const success of Object.values(operation.responses))
        Object.assign(success, { headers: headersOf(headersOfSuccess(path, operation)) });
      const codes = [
        ...(operation[PROBLEMS_EXTENSION] ?? []),
        ...codesAddedTo(operation.operationId),
      ];
      const own = codes.map((code) => definitions.get(code)!);
      delete operation[PROBLEMS_EXTENSION];
      const others = furtherProblems(path, method, operation);
      Object.assign(operation.responses, problems.refer([...own, ...others]));
    }
  const described = {
    ...components,
    headers: HEADERS,
    responses: sorted(problems.answers),
    schemas: sorted({
      ...withEnumerations(components?.schemas),
      ...eventSchemas(),
      ...problems.schemas,
    }),
  };
  const { title, description, version, license } = info;
  const document = {
    openapi,
    info: { title, description, version, license },
    servers,
    tags,
    paths: sorted(paths),
    ...describeWebhooks(),
    components: described,
  };
  nameFeatures(document);
  closeRequests(document);
  return document;
}

/** What only service keys open names the business in its body, if it has one. */
function namesBusinessInQuery(method: string, operation: Operation): boolean {
  if (operation['x-also']?.service) return true;
  return operation['x-audience'] === 'service' && method === 'get';
}

function businessParameter({ 'x-audience': audience }: Operation): Parameter {
  return {
    name: 'businessId',
    in: 'query',
    required: audience === 'service',
    description: 'With a service key: the business that this is about',
    schema: { type: 'string', format: 'uuid' },
  };
}

/** Nest gives an enumeration the description of some field that has it. */
function withEnumerations(schemas: Schemas = {}): Schemas {
  const named = [...enumerations].filter(([name]) => name in schemas);
  const entries = named.map(([name, values]) => [name, { type: 'string', enum: values }]);
  return { ...schemas, ...(Object.fromEntries(entries) as Schemas) };
}

function headersOfSuccess(path: string, operation: Operation): HeaderName[] {
  return [
    'X-Request-Id',
    ...(isLimited(path) ? (['RateLimit-Policy', 'RateLimit'] as const) : []),
    ...(operation.parameters?.some(isKey) ? (['Idempotency-Replayed'] as const) : []),
    ...(operation['x-audience'] === 'dashboard' ? (['X-Support-Session'] as const) : []),
  ];
}

function furtherProblems(path: string, method: string, operation: Operation): ProblemDefinition[] {
  const problems: DeclaredProblem[] = [
    ...OF_EVERY_ROUTE,
    ...(method === 'get' ? [] : OF_A_BODY),
    ...(operation.parameters?.some(isKey) ? OF_A_KEY : []),
    ...(isLimited(path) ? [rateLimitedProblem] : []),
  ];
  return problems.map(({ definition }) => definition);
}

/** What every route may answer. */
const OF_EVERY_ROUTE = [malformedRequest, headersTooLarge, overloaded, internalError];

/** What every route that reads a body may answer about it: all but GET, which also write. */
const OF_A_BODY = [
  requestTimeout,
  bodyTooLarge,
  tooManyValues,
  unsupportedMediaType,
  expectationFailed,
  rateLimitedProblem,
  storageFull,
];

/** What every route that takes an Idempotency-Key may answer about it. */
const OF_A_KEY = [idempotencyKeyReused, idempotencyKeyInUse, idempotencyAnswerNotKept];

/** Nest also lists each header that a handler reads. */
const DESCRIBED_HEADERS = ['Idempotency-Key', 'Content-Encoding', 'Stripe-Signature'];

function isAskedFor(parameter: { name?: string; in?: string }, method: string): boolean {
  if (parameter.in !== 'header') return true;
  return method === 'post' && DESCRIBED_HEADERS.includes(parameter.name ?? '');
}

function isKey({ name }: { name?: string }): boolean {
  return name === 'Idempotency-Key';
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
