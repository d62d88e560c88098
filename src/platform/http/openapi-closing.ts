import type { OpenAPIObject } from '@nestjs/swagger';
import { openClasses } from '../../common/fields';

interface SchemaNode {
  $ref?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: boolean;
  oneOf?: SchemaNode[];
}

type Schemas = Record<string, SchemaNode>;

/**
 * Adds to the schemas that the server refuses unknown fields of a request (validation.ts): every schema of a body is
 * closed, except those of classes that keep unknown fields. The alternatives of an answer are closed too, or the larger
 * one would match the smaller one. Other answers stay open, since later versions may add fields.
 */
export function closeRequests(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Schemas;
  const operations = Object.values(document.paths).flatMap(
    (item) => Object.values(item) as Described[],
  );
  for (const { requestBody, responses } of operations) {
    for (const schema of schemasOf(requestBody)) {
      closeAll(schema, schemas);
      if (requestBody && !needsBody(schema, schemas)) requestBody.required = false;
    }
    for (const answer of Object.values(responses))
      for (const { oneOf = [] } of schemasOf(answer))
        for (const each of oneOf) close(each, schemas);
  }
}

interface Content {
  content?: Record<string, { schema?: SchemaNode }>;
}

interface Described {
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content>;
}

/** A request without a body is validated as an empty object. */
function needsBody({ $ref }: SchemaNode, schemas: Schemas): boolean {
  return !$ref || (schemas[$ref.split('/').at(-1)!]?.required ?? []).length > 0;
}

function schemasOf(described: Content | undefined): SchemaNode[] {
  return Object.values(described?.content ?? {}).flatMap(({ schema }) => (schema ? [schema] : []));
}

function close({ $ref }: SchemaNode, schemas: Schemas): SchemaNode | null {
  const name = $ref?.split('/').at(-1) ?? '';
  const schema = schemas[name];
  if (!schema?.properties || schema.additionalProperties !== undefined) return null;
  return Object.assign(schema, { additionalProperties: openClasses.has(name) });
}

/** With all that it refers to, at any depth. */
function closeAll(node: unknown, schemas: Schemas): void {
  if (typeof node !== 'object' || node === null) return;
  const closed = close(node, schemas);
  if (closed) closeAll(closed, schemas);
  for (const value of Object.values(node)) closeAll(value, schemas);
}
