import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemResponse } from '../../common/access/problem-responses';
import { STATUS_OF_KIND } from '../../common/problem-status';
import { bodyTooLarge, malformedRequest, unsupportedMediaType } from '../../common/problems';

interface Operation {
  parameters?: { name?: string; in?: string }[];
  responses: Partial<Record<string, object>>;
}

const CREDENTIALS = {
  dashboard:
    'A dashboard session, `tns_…`, of one member in one business; signup and login give it',
  sdk: 'An SDK API key, `tnk_…`; it opens SDK routes and nothing else',
  staff: 'A staff session, `tnf_…`',
};

/** The contract as OpenAPI 3.1, from the decorators of the routes. The same code always gives the same document. */
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

/** A browsable page at /docs and the document at /openapi.json; all from this server, so it works without a network. */
export function serveDocs(app: INestApplication): void {
  let document: OpenAPIObject | null = null;
  const once = () => (document ??= createOpenApiDocument(app)); // at the first visit: a start should not wait for it
  SwaggerModule.setup('docs', app, once, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tenantry API',
    swaggerOptions: { displayRequestDuration: true, persistAuthorization: true },
  });
}

/** Of headers only the Idempotency-Key is asked for, and only of POST: its decorator does not know the route's method. */
function withKeyOnPostOnly(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  for (const item of Object.values(paths)) {
    for (const [method, operation] of Object.entries(item) as [string, Operation][]) {
      operation.parameters = operation.parameters?.filter((parameter) =>
        isAskedFor(parameter, method),
      );
      if (method === 'post' || method === 'patch') documentBodyProblems(operation);
    }
  }
  return paths;
}

/** What every route that takes a body may say of it. */
function documentBodyProblems(operation: Operation): void {
  for (const { definition } of [malformedRequest, bodyTooLarge, unsupportedMediaType]) {
    const { code, kind, title } = definition;
    operation.responses[STATUS_OF_KIND[kind]] ??= {
      description: `\`${code}\`: ${title}`,
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } } },
    };
  }
}

function isAskedFor(parameter: { name?: string; in?: string }, method: string): boolean {
  if (parameter.in !== 'header') return true;
  return method === 'post' && parameter.name === 'Idempotency-Key';
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
