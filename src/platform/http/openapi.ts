import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemResponse } from '../../common/access/problem-responses';
import { STATUS_OF_KIND } from '../../common/problem-status';
import type { ProblemFactory } from '../../common/problem';
import {
  bodyTooLarge,
  malformedRequest,
  overloaded,
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

interface Operation {
  parameters?: { name?: string; in?: string }[];
  responses: Partial<Record<string, { description: string }>>;
}

const CREDENTIALS = {
  dashboard:
    'A dashboard session, `tns_…`, of one member in one business; signup and login return it',
  sdk: 'An SDK API key, `tnk_…`; it can call SDK routes only',
  staff: 'A staff session, `tnf_…`',
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
    .setLicense('MIT', 'https://opensource.org/license/mit');
  for (const [name, description] of Object.entries(CREDENTIALS)) {
    builder.addBearerAuth({ type: 'http', scheme: 'bearer', description }, name);
  }
  const document = SwaggerModule.createDocument(app, builder.build());
  const { openapi, info, paths } = document;
  return {
    openapi,
    info,
    paths: sorted(withKeyOnPostOnly(paths)),
    components: sortedComponents(document),
  };
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

/** The Idempotency-Key is documented on POST only: its decorator does not know the route's method. */
function withKeyOnPostOnly(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item) as [string, Operation][]) {
      operation.parameters = operation.parameters?.filter((parameter) =>
        isAskedFor(parameter, method),
      );
      if (method !== 'get') document(operation, OF_A_BODY);
      if (operation.parameters?.some(isKey)) document(operation, OF_A_KEY);
      if (isLimited(path)) document(operation, [rateLimitedProblem]);
    }
  }
  return paths;
}

/** What every route that reads a body may answer about it: all but GET. */
const OF_A_BODY = [
  malformedRequest,
  bodyTooLarge,
  tooManyValues,
  unsupportedMediaType,
  rateLimitedProblem,
  overloaded,
];

/** What every route that takes an Idempotency-Key may answer about it. */
const OF_A_KEY = [idempotencyKeyReused, idempotencyKeyInUse, idempotencyAnswerNotKept];

function document(operation: Operation, problems: ProblemFactory[]): void {
  for (const { definition } of problems) {
    const description = `\`${definition.code}\`: ${definition.title}`;
    const status = STATUS_OF_KIND[definition.kind];
    const known = operation.responses[status];
    if (known && !known.description.includes(description))
      known.description += `\n\n${description}`;
    operation.responses[status] ??= {
      description,
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } } },
    } as { description: string };
  }
}

function isAskedFor(parameter: { name?: string; in?: string }, method: string): boolean {
  if (parameter.in !== 'header') return true;
  return method === 'post' && isKey(parameter);
}

function isKey({ name }: { name?: string }): boolean {
  return name === 'Idempotency-Key';
}

function sortedComponents(document: OpenAPIObject): OpenAPIObject['components'] {
  const { schemas = {}, ...others } = document.components ?? {};
  return { ...others, schemas: sorted(schemas) };
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
