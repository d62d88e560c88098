import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import type { FastifyInstance } from 'fastify';
import { operationsOf, type ApiDocument, type Operation } from './architecture/openapi';

interface SentAnswer {
  /** As the router has it: `/v1/api-keys/:id`. */
  pattern: string;
  method: string;
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Of answers: narrower than those of requests. */
export const ANSWER_FORMATS = { uuid: UUID, email: /^[^@\s]+@[^@\s]+$/, 'date-time': INSTANT };

/** Parts of the schemas of problems, each of which has its code and perhaps further members. */
const OPEN_SCHEMA = /^ProblemResponse$|Members$/;

/** Makes a schema refuse what it does not name: answers stay open to clients, but nothing undocumented is sent. */
export function close<T extends object>(name: string, schema: T): T {
  return 'properties' in schema && !OPEN_SCHEMA.test(name)
    ? { additionalProperties: false, ...schema }
    : schema;
}

/** What an address that leads nowhere gets, and a process without the role `web`: no route documents it. */
const OF_NO_ROUTE = /"code":"(route_not_found|method_not_allowed)"/;

function textOf(payload: unknown, isCompressed: boolean): string {
  if (Buffer.isBuffer(payload)) return (isCompressed ? gunzipSync(payload) : payload).toString();
  return typeof payload === 'string' ? payload : '';
}

/** Compares answers with openapi.json: status, headers, content type and content. */
export class ContractCheck {
  /** What was wrong with the answers so far. */
  readonly faults: string[] = [];
  private readonly operations: Map<string, Operation>;
  private readonly components: ApiDocument['components'];
  private readonly ajv = new Ajv2020({ strict: false, formats: ANSWER_FORMATS });
  private readonly compiled = new Map<object, ValidateFunction>();

  constructor() {
    const file = join(__dirname, '../../openapi.json');
    const document = JSON.parse(readFileSync(file, 'utf8')) as ApiDocument;
    this.operations = new Map(operationsOf(document).map((each) => [each.name, each]));
    const { schemas } = document.components;
    const closed = Object.entries(schemas).map(([name, schema]) => [name, close(name, schema)]);
    this.components = {
      ...document.components,
      schemas: Object.fromEntries(closed) as typeof schemas,
    };
  }

  /** Checks every answer of a server that does not listen yet. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const pattern = request.routeOptions.url ?? '';
      const { method } = request;
      const headers = reply.getHeaders();
      const body = textOf(payload, headers['content-encoding'] === 'gzip');
      const answer = { pattern, method, status: reply.statusCode, headers, body };
      const fault = this.faultOf(answer);
      if (fault) this.faults.push(`${method} ${pattern} → ${answer.status}: ${fault}\n  ${body}`);
      done();
    });
  }

  /** What is wrong with an answer; null where nothing is, or no operation has that route. */
  faultOf({ pattern, method, status, headers, body }: SentAnswer): string | null {
    const path = pattern.replace(/:(\w+)/g, '{$1}');
    const operation = this.operations.get(`${method} ${path}`);
    if (!operation || OF_NO_ROUTE.test(body)) return null;
    const described = operation.responses[String(status)];
    if (!described) return 'the status is not documented';
    return (
      this.faultOfHeaders(described.headers, headers) ??
      this.faultOfContent(described.content, headers, body)
    );
  }

  private faultOfHeaders(
    described: Record<string, object> = {},
    headers: SentAnswer['headers'],
  ): string | null {
    for (const [name, reference] of Object.entries(described)) {
      const { required, schema } = this.header(reference);
      const sent = headers[name.toLowerCase()];
      if (sent === undefined && required) return `it has no ${name}`;
      const value = schema.type === 'integer' ? Number(sent) : sent;
      const fault = sent === undefined ? null : this.faultOfValue(schema, value);
      if (fault) return `${name} ${fault}`;
    }
    return null;
  }

  private header(reference: object): { required?: boolean; schema: { type?: string } } {
    const { $ref } = reference as { $ref: string };
    return this.components.headers[$ref.split('/').at(-1)!] as { schema: { type?: string } };
  }

  private faultOfContent(
    described: Record<string, { schema: object } | undefined> = {},
    headers: SentAnswer['headers'],
    body: string,
  ): string | null {
    const [documented] = Object.entries(described);
    if (!documented) return body === '' ? null : 'it has a body';
    const [type, media] = documented;
    const [sent] = String(headers['content-type']).split(';');
    if (sent !== type) return `it is ${sent}, not ${type}`;
    const value: unknown = type.endsWith('json') ? JSON.parse(body) : body;
    return this.faultOfValue(media!.schema, value);
  }

  private faultOfValue(schema: object, value: unknown): string | null {
    const { schemas } = this.components;
    const validate =
      this.compiled.get(schema) ?? this.ajv.compile({ ...schema, components: { schemas } });
    this.compiled.set(schema, validate);
    return validate(value) ? null : this.ajv.errorsText(validate.errors);
  }
}
