import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { ANSWER_FORMATS, close } from '../../support/contract-check';
import { operationsOf, type ApiDocument, type Operation } from '../../support/architecture/openapi';

/** As much of JSON Schema as openapi.json uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  example?: unknown;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

export type Schemas = Record<string, Schema>;
type Content = Record<string, { schema: Schema } | undefined>;

interface DescribedAnswer {
  description: string;
  content?: Content;
}

/** A row of docs/problems.md. */
export interface DocumentedProblem {
  status: number;
  title: string;
  explanation: string;
}

const ROOT = join(__dirname, '../../..');
const PROBLEM_ROW = /^\|\s*(\d{3})\s*\|\s*`(\w+)`\s*\|\s*(.+?)\s*\|\s*(.+?)\s*\|$/gm;

const PROBLEM_SCHEMA: Schema = { $ref: '#/components/schemas/ProblemResponse' };

const ANY_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** E-mail addresses are trimmed, and times may be written as ISO 8601 allows. */
const REQUEST_FORMATS = {
  uuid: ANSWER_FORMATS.uuid,
  email: /^\s*[^@\s]+@[^@\s]+\s*$/,
  'date-time': ANY_INSTANT,
};

/** openapi.json and docs/problems.md as they are published, and what they say of a request and its answer. */
export class Contract {
  readonly operations: Operation[];
  readonly schemas: Schemas;
  readonly problems: ReadonlyMap<string, DocumentedProblem>;
  private readonly document: ApiDocument;
  private readonly answers = newValidator(ANSWER_FORMATS);
  private readonly requests = newValidator(REQUEST_FORMATS);
  /** Those that refuse what is not documented. */
  private readonly closed: Schemas;
  private readonly compiled = new Map<Schema, ValidateFunction>();

  constructor() {
    this.document = JSON.parse(read('openapi.json')) as ApiDocument;
    this.operations = operationsOf(this.document);
    this.schemas = this.document.components.schemas;
    this.problems = readProblems();
    this.closed = Object.fromEntries(
      Object.entries(this.schemas).map(([name, schema]) => [name, close(name, schema)]),
    );
  }

  /** The schema of the operation's body; undefined where it takes none. */
  bodyOf({ path, verb }: Operation): Schema | undefined {
    return this.document.paths[path]![verb]!.requestBody?.content['application/json']?.schema;
  }

  /** What is amiss with a body by the operation's schema, or null. A field that is not in the schema is amiss. */
  faultOfBody(operation: Operation, body: unknown): string | null {
    const schema = this.bodyOf(operation);
    return schema ? this.faultOf(this.requests, schema, body) : null;
  }

  /** What the operation says of an answer with this status; undefined when nothing. */
  answerOf({ responses }: Operation, status: number): DescribedAnswer | undefined {
    return responses[String(status)];
  }

  /** What is amiss with the content of an answer by its schema, or null. */
  faultOfContent(schema: Schema, content: unknown): string | null {
    return this.faultOf(this.answers, schema, content);
  }

  faultOfProblem(content: unknown): string | null {
    return this.faultOfContent(PROBLEM_SCHEMA, content);
  }

  private faultOf(validator: Ajv2020, schema: Schema, value: unknown): string | null {
    const components = { schemas: this.closed };
    const validate = this.compiled.get(schema) ?? validator.compile({ ...schema, components });
    this.compiled.set(schema, validate);
    return validate(value) ? null : validator.errorsText(validate.errors);
  }
}

function newValidator(formats: Record<string, RegExp>): Ajv2020 {
  return new Ajv2020({ strict: false, formats });
}

function readProblems(): ReadonlyMap<string, DocumentedProblem> {
  return new Map(
    [...read('docs/problems.md').matchAll(PROBLEM_ROW)].map(
      ([, status, code, title, explanation]) => [
        code!,
        { status: Number(status), title: title!, explanation: explanation! },
      ],
    ),
  );
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
