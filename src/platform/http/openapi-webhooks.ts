import type { OpenAPIObject } from '@nestjs/swagger';
import { getSchemaPath } from '@nestjs/swagger';
import { inPascalCase } from '../../common/access/problem-responses';
import { listDeclaredEvents, type EventDefinition } from '../../common/events';
import type { FieldClass } from '../../common/fields';
import type { Schemas } from './openapi-answers';

/** The classes of their data, which no route names. */
export function eventModels(): FieldClass[] {
  return [...new Set(listDeclaredEvents().map(({ data }) => data))];
}

/** What is sent to an endpoint, a schema for each type. */
export function eventSchemas(): Schemas {
  return Object.fromEntries(listDeclaredEvents().map((each) => [nameOf(each), toSchema(each)]));
}

/** OpenAPI's own section for them: what this server sends. */
export function describeWebhooks(): Pick<OpenAPIObject, 'webhooks'> {
  const webhooks = listDeclaredEvents().map((event) => [event.type, { post: toOperation(event) }]);
  return { webhooks: Object.fromEntries(webhooks) as OpenAPIObject['webhooks'] };
}

function toOperation(event: EventDefinition) {
  return {
    summary: event.description,
    tags: ['Events'],
    'x-permission': event.permission,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: getSchemaPath(nameOf(event)) } } },
    },
    responses: { '2XX': { description: 'Taken. Any other answer is tried again' } },
  };
}

function toSchema({ type, description, data }: EventDefinition): Schemas[string] {
  return {
    type: 'object',
    description,
    properties: {
      type: { type: 'string', enum: [type] },
      timestamp: { type: 'string', format: 'date-time' },
      businessId: { type: 'string', format: 'uuid' },
      sequence: { type: 'integer' },
      data: { $ref: getSchemaPath(data) },
    },
    required: ['type', 'timestamp', 'businessId', 'sequence', 'data'],
  };
}

function nameOf({ type }: EventDefinition): string {
  return `${inPascalCase(type.replace('.', '_'))}Event`;
}
