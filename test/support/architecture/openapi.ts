import type { Audience } from '../../../src/common/access/access.decorator';
import type { Permission, Scope, ServiceScope } from '../../../src/common/access/permissions';
import type { TestApplication } from '../test-application';

export const VERBS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

interface SchemaNode {
  $ref?: string;
  format?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  example?: unknown;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: SchemaNode;
}

/** One answer of a route. */
export interface Described {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: SchemaNode } | undefined>;
}

interface DescribedOperation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: SchemaNode }> };
  responses: Record<string, Described | { $ref: string }>;
  security?: Record<string, string[]>[];
  'x-audience': Audience;
  'x-permission'?: Permission;
  'x-scope'?: Scope | ServiceScope;
  'x-step-up'?: 'always' | 'sometimes';
  'x-also'?: { sdk?: Scope; service?: ServiceScope };
}

/** As much of openapi.json as the checks read. */
export interface ApiDocument {
  openapi: string;
  paths: Record<string, Record<string, DescribedOperation>>;
  components: {
    schemas: Record<string, SchemaNode>;
    responses: Record<string, Described>;
    headers: Record<string, object>;
    securitySchemes: Record<string, { type: string; scheme: string }>;
  };
}

export interface Maker {
  path: string;
  audience: Audience;
  body: object;
}

/** One route, as openapi.json describes it. */
export interface Operation {
  /** `POST /v1/api-keys/{id}/rotate`, for lists in expectations. */
  name: string;
  verb: Verb;
  path: string;
  action: string;
  audience: Audience;
  /** With those of the keys that may call it too. */
  audiences: Audience[];
  permission: Permission | null;
  /** Whether its caller must have proven lately who they are. */
  stepUp: 'always' | 'sometimes' | null;
  /** Those that the keys of each audience must have. */
  scopes: { sdk?: Scope | ServiceScope; service?: Scope | ServiceScope };
  security: Record<string, string[]>[];
  parameters: Parameter[];
  hasBody: boolean;
  /** Of the examples that its required fields declare; null where one has none. */
  exampleBody: object | null;
  /** The POST of the list that the path's only parameter is an id of: it makes what the path leads to. */
  maker: Maker | null;
  /** Fields of body and query that take a UUID. */
  references: string[];
  responses: Record<string, Described>;
}

/** The document that the running application gives. */
export async function readDocument(server: Pick<TestApplication, 'get'>): Promise<ApiDocument> {
  const response = await server.get('/openapi.json');
  if (response.status !== 200) throw new Error(`GET /openapi.json answered ${response.status}`);
  return response.body as ApiDocument;
}

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, described]) =>
      toOperation(document, path, verb as Verb, described),
    ),
  );
}

/** The statuses of success that the document names, in order: the last is that of something done, one before it a replay's. */
export function successesOf({ responses }: Operation): number[] {
  return Object.keys(responses)
    .map(Number)
    .filter((status) => status >= 200 && status < 300);
}

/** Whether the document says that this refusal may come. */
export function isDocumented({ responses }: Operation, status: number, code: string): boolean {
  return responses[String(status)]?.description.includes(`\`${code}\``) ?? false;
}

export function pathParametersOf({ path }: Pick<Operation, 'path'>): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
}

/** Where the document refers to a schema that it does not hold: `/components/schemas/MeResponse/properties/user → …` */
export function listDanglingReferences(document: ApiDocument): string[] {
  const known = new Set(
    Object.entries(document.components).flatMap(([kind, components]) =>
      Object.keys(components).map((name) => `#/components/${kind}/${name}`),
    ),
  );
  return listReferences(document, '')
    .filter(({ to }) => !known.has(to))
    .map(({ at, to }) => `${at} → ${to}`);
}

function listReferences(node: unknown, at: string): { at: string; to: string }[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === '$ref' && typeof value === 'string'
      ? [{ at, to: value }]
      : listReferences(value, `${at}/${key}`),
  );
}

function toOperation(
  document: ApiDocument,
  path: string,
  verb: Verb,
  described: DescribedOperation,
): Operation {
  const { operationId, parameters = [], requestBody, responses, security = [] } = described;
  const { 'x-also': also = {}, 'x-scope': scope } = described;
  const body = requestBody?.content['application/json']?.schema;
  return {
    name: `${verb.toUpperCase()} ${path}`,
    ...{ verb, path, parameters, security },
    responses: answersOf(document, responses),
    action: operationId,
    audience: described['x-audience'],
    permission: described['x-permission'] ?? null,
    stepUp: described['x-step-up'] ?? null,
    audiences: [described['x-audience'], ...(Object.keys(also) as Audience[])],
    scopes: { ...also, ...(scope && { [described['x-audience']]: scope }) },
    hasBody: requestBody !== undefined,
    exampleBody: exampleBodyOf(document, body),
    maker: makerOf(document, path),
    references: [
      ...referencesIn(document, body),
      ...parameters.filter((each) => each.in === 'query' && isReference(each.schema)).map(nameOf),
    ],
  };
}

/** The refusals that many routes share are components. */
function answersOf(
  { components }: ApiDocument,
  responses: DescribedOperation['responses'],
): Record<string, Described> {
  const entries = Object.entries(responses).map(([status, answer]) => [
    status,
    '$ref' in answer ? components.responses[answer.$ref.split('/').at(-1)!]! : answer,
  ]);
  return Object.fromEntries(entries) as Record<string, Described>;
}

function exampleBodyOf(document: ApiDocument, schema: SchemaNode | undefined): object | null {
  const { properties = {}, required = [] } = resolved(document, schema);
  const fields = required.map((name) => [name, properties[name]?.example]);
  const isComplete = fields.length > 0 && fields.every(([, example]) => example !== undefined);
  return isComplete ? (Object.fromEntries(fields) as object) : null;
}

function makerOf(document: ApiDocument, path: string): Maker | null {
  const [list, ...more] = path.split(/\/\{\w+\}/);
  const post = list && more.length === 1 ? document.paths[list]?.post : undefined;
  const body = exampleBodyOf(document, post?.requestBody?.content['application/json']?.schema);
  return list && post && body ? { path: list, audience: post['x-audience'], body } : null;
}

function resolved(document: ApiDocument, schema: SchemaNode | undefined): SchemaNode {
  const named = schema?.$ref?.split('/').at(-1) ?? '';
  return document.components.schemas[named] ?? schema ?? {};
}

function referencesIn(document: ApiDocument, schema: SchemaNode | undefined): string[] {
  const { properties = {} } = resolved(document, schema);
  return Object.keys(properties).filter((name) => isReference(properties[name] ?? {}));
}

function isReference({ format }: SchemaNode): boolean {
  return format === 'uuid';
}

function nameOf({ name }: { name: string }): string {
  return name;
}
