// Writes packages/client/src/generated from openapi.json: the types of the schemas, a class for each problem code, and one
// constant for each operation, the types of events. `--check` writes nothing and fails where a file differs.
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const folder = path.join(root, 'packages', 'client', 'src', 'generated');
const HEADER = '// Generated from openapi.json by scripts/generate-client.js.\n';

const nameOf = ($ref) => $ref.split('/').at(-1);
const quoted = (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));
const union = (types) => [...new Set(types)].join(' | ');
const arrayOf = (type) => `readonly ${/[|&]/.test(type) ? `(${type})` : type}[]`;

/** @returns the TypeScript type of a schema; throws for one that would be `unknown` */
function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return union(either.map(typeOf));
  return union([schema.type].flat().map((type) => simpleType(type, schema)));
}

function simpleType(type, schema) {
  if (['string', 'boolean', 'null'].includes(type)) return type;
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return arrayOf(typeOf(schema.items));
  if (type === 'object') return objectType(schema);
  throw new Error(`No type for ${JSON.stringify(schema)}`);
}

function objectType({ properties = {}, required = [], additionalProperties: others }) {
  const known = Object.entries(properties);
  if (known.length === 0 && (others === undefined || others === true)) return 'JsonObject';
  const lines = known.map(
    ([key, schema]) =>
      `${comment(schema)}${quoted(key)}${required.includes(key) ? '' : '?'}: ${typeOf(schema)};`,
  );
  if (others && others !== true) lines.push(`[key: string]: ${typeOf(others)} | undefined;`);
  return `{ ${lines.join('\n')} }`;
}

function comment({ description, summary }) {
  const text = [summary, description].filter(Boolean).join('. ').replaceAll('*/', '*\\/');
  return text ? `/** ${text.replace(/\s*\n\s*/g, ' ')} */\n` : '';
}

function schemasFile({ components }) {
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema)};`,
  );
  return ["import type { JsonObject } from '../json.ts';", ...types].join('\n\n');
}

/** Schemas of one problem code each, by the name of their class. */
function problemsOf({ components }) {
  const codeOf = ({ allOf = [] }) => allOf.at(-1)?.properties?.code?.enum?.[0];
  return Object.entries(components.schemas)
    .filter(([name, schema]) => name.endsWith('Problem') && codeOf(schema))
    .map(([name, schema]) => ({ name, code: codeOf(schema), className: classOf(name), schema }));
}

const classOf = (name) => `${name.replace(/(Error)?Problem$/, '')}Error`;

function problemsFile(contract) {
  const problems = problemsOf(contract);
  const classes = problems.map(
    ({ name, className, schema }) =>
      `${comment(schema)}export class ${className} extends ProblemError<schemas.${name}> {}`,
  );
  const byCode = problems.map(({ code, className }) => `${code}: ${className},`);
  return [
    "import { ProblemError } from '../errors.ts';\nimport type * as schemas from './schemas.ts';",
    ...classes,
    `/** The class of each code. */\nexport const PROBLEMS = {\n${byCode.join('\n')}\n};`,
  ].join('\n\n');
}

/** `recording.create_batch` → `recordingCreateBatch` */
const constantOf = (operationId) =>
  operationId.replace(/[._]([a-z])/g, (_, letter) => letter.toUpperCase());

function listOperations({ paths }) {
  return Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ url, method, ...operation })),
  );
}

/** Path, query and body in one object; headers are the transport's. */
function parametersType({ parameters = [], requestBody }) {
  const fields = parameters
    .filter((each) => each.in !== 'header')
    .map(
      (each) => `${comment(each)}${each.name}${each.required ? '' : '?'}: ${typeOf(each.schema)};`,
    );
  const body = requestBody?.content['application/json'].schema;
  if (body) fields.push(`body${requestBody.required ? '' : '?'}: ${typeOf(body)};`);
  return fields.length === 0 ? 'NoParameters' : `{ ${fields.join('\n')} }`;
}

function resultType({ responses }) {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => content);
  return union(contents.map(contentType));
}

function contentType(content) {
  if (!content) return 'undefined';
  const json = content['application/json'];
  return json ? typeOf(json.schema) : 'string';
}

/** The classes of all problems of an operation, by the responses it names. */
function failuresOf({ responses }, { components }) {
  const named = Object.values(responses).filter(({ $ref }) => $ref);
  const schemas = named.map(
    ({ $ref }) => components.responses[nameOf($ref)].content['application/problem+json'].schema,
  );
  return schemas
    .flatMap((schema) => schema.oneOf ?? [schema])
    .map(({ $ref }) => `problems.${classOf(nameOf($ref))}`)
    .sort();
}

/** What every operation may answer is one type; the rest is told of each. */
function operationsFile(contract) {
  const operations = listOperations(contract).map((operation) => ({
    ...operation,
    failures: failuresOf(operation, contract),
  }));
  const names = new Set(Object.keys(contract.components.schemas));
  const common = operations
    .map(({ failures }) => failures)
    .reduce((shared, failures) => shared.filter((each) => failures.includes(each)));
  const constants = operations.map((operation) => operationConstant(operation, common));
  const code = constants.join('\n').replace(/\/\*\*.*?\*\//g, '');
  const used = [...code.matchAll(/\b[A-Z]\w+\b/g)].map(([name]) => name);
  const imported = [...new Set(used.filter((name) => names.has(name)))].sort();
  return [
    `import type { NoParameters, Operation } from '../operation.ts';
import type { JsonObject } from '../json.ts';
import type * as problems from './problems.ts';
import type { ${imported.join(', ')} } from './schemas.ts';`,
    `/** Any operation may fail with these. */\nexport type CommonFailure = ${union(common)};`,
    ...constants,
  ].join('\n\n');
}

function operationConstant(operation, common) {
  const failures = operation.failures.filter((each) => !common.includes(each));
  const takesKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key');
  const types = [
    parametersType(operation),
    resultType(operation),
    union([...failures, 'CommonFailure']),
  ];
  return `${comment(operation)}export const ${constantOf(operation.operationId)}: Operation<${types.join(', ')}> = {
  method: '${operation.method.toUpperCase()}',
  path: '${operation.url}',${takesKey ? '\ntakesIdempotencyKey: true,' : ''}
};`;
}

/** What webhooks and the stream bring: each type of event with its data. */
function eventsFile({ webhooks }) {
  const names = Object.values(webhooks).map(({ post }) =>
    nameOf(post.requestBody.content['application/json'].schema.$ref),
  );
  return [
    `import type { EventResponse, ${names.join(', ')} } from './schemas.ts';`,
    `/** The body that is sent to a webhook endpoint. */\nexport type WebhookEvent = ${union(names)};`,
    `type OfLog<Sent> = Sent extends WebhookEvent ? Omit<EventResponse, 'type' | 'data'> & Pick<Sent, 'type' | 'data'> : never;`,
    `/** An event as log and stream show it. */\nexport type LogEvent = OfLog<WebhookEvent>;`,
  ].join('\n\n');
}

async function main() {
  const contract = JSON.parse(fs.readFileSync(path.join(root, 'openapi.json'), 'utf8'));
  const { format } = await import('oxfmt');
  const {
    $schema: _,
    ignorePatterns: __,
    ...style
  } = JSON.parse(fs.readFileSync(path.join(root, '.oxfmtrc.json'), 'utf8'));
  const files = {
    'schemas.ts': schemasFile(contract),
    'problems.ts': problemsFile(contract),
    'operations.ts': operationsFile(contract),
    'events.ts': eventsFile(contract),
  };
  for (const [name, text] of Object.entries(files)) {
    const { code, errors } = await format(name, `${HEADER}\n${text}\n`, style);
    if (errors.length > 0) throw new Error(`${name}: ${JSON.stringify(errors)}`);
    writeOrCheck(path.join(folder, name), code);
  }
}

function writeOrCheck(file, text) {
  const isSame = fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text;
  if (isSame) return;
  if (!process.argv.includes('--check')) return fs.writeFileSync(file, text);
  console.error(`${path.relative(root, file)} differs from openapi.json: run npm run docs`);
  process.exitCode = 1;
}

void main();
