import * as fc from 'fast-check';
import type { Operation } from '../../support/architecture/openapi';
import { brokenDraft, hostileValue } from './broken-drafts';
import type { Contract } from './contract';
import { plain, type Draft } from './drafts';
import { anyBody, calmBody, type BodyDraft } from './bodies';
import { calmHeaders, oddHeaders, type Headers } from './headers';
import { anyValue, oddShape, type PathShape, type PathValue } from './paths';
import { text, validDraft } from './valid-drafts';

/** With what a request comes: the credential that opens the route, or something else. */
export const CREDENTIALS = [
  ...(['right', 'lower-case scheme', 'none', 'of another tenant', 'of a viewer'] as const),
  ...(['session', 'api_key', 'service_key', 'staff_session'] as const),
  ...(['support_read', 'support_write'] as const),
  ...(['junk', 'cut', 'without scheme', 'right twice', 'junk first', 'long'] as const),
];
export type CredentialChoice = (typeof CREDENTIALS)[number];

/** One request, as far as it can be said before there is a world to send it to. */
export interface Case {
  credential: CredentialChoice;
  /** By the name of the path's parameter. */
  values: Record<string, PathValue>;
  shape: PathShape;
  query: [name: string, value: Draft][];
  headers: Headers;
  body: BodyDraft;
}

type Parts = { [Part in keyof Case]: fc.Arbitrary<Case[Part]> };

/** Requests to an operation: a third has nothing wrong by the document, a half one part that is odd, the rest any. */
export function casesOf(operation: Operation, contract: Contract): fc.Arbitrary<Case> {
  const calm = calmParts(operation, contract);
  const odd = oddParts(operation, contract);
  const parts = partsWorthBending(operation);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record(calm) },
    ...parts.map(({ part, weight }) => ({
      weight,
      arbitrary: fc.record({ ...calm, [part]: odd[part] }),
    })),
    { weight: 3, arbitrary: fc.record(odd) },
  );
}

function partsWorthBending({ path, hasBody }: Operation): { part: keyof Case; weight: number }[] {
  return [
    { part: 'credential', weight: 2 },
    { part: 'shape', weight: 1 },
    { part: 'query', weight: 2 },
    { part: 'headers', weight: 2 },
    { part: 'body', weight: hasBody ? 8 : 1 },
    ...(path.includes('{') ? [{ part: 'values' as const, weight: 3 }] : []),
  ];
}

function calmParts(operation: Operation, contract: Contract): Parts {
  const schema = contract.bodyOf(operation);
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const own = fc.constant<PathValue>({ kind: 'own' });
  return {
    credential: fc.constant('right'),
    values: fc.record(Object.fromEntries(names.map((name) => [name, own]))),
    shape: fc.constant('plain'),
    query: calmQuery(operation, contract),
    headers: calmHeaders(operation),
    body: calmBody(schema && validDraft(schema, contract.schemas)),
  };
}

function oddParts(operation: Operation, contract: Contract): Parts {
  const schema = contract.bodyOf(operation);
  const calm = calmParts(operation, contract);
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const valid = schema && validDraft(schema, contract.schemas);
  return {
    credential: fc.constantFrom(...CREDENTIALS),
    values: fc.record(Object.fromEntries(names.map((name) => [name, anyValue()]))),
    shape: oddShape(),
    query: oddQuery(calm.query),
    headers: oddHeaders(),
    body: anyBody(valid, valid && brokenDraft(valid)),
  };
}

function queryParametersOf({ parameters }: Operation) {
  return parameters.filter((parameter) => parameter.in === 'query');
}

function calmQuery(operation: Operation, { schemas }: Contract): fc.Arbitrary<Case['query']> {
  const fields = queryParametersOf(operation).map(({ name, schema, required }) => {
    const value = name === 'cursor' ? cursor() : validDraft(schema, schemas, name);
    const field = value.map((draft): Case['query'][number] | null => [name, draft]);
    return required ? field : fc.option(field, { freq: 1 });
  });
  return fc.tuple(...fields).map((given) => given.filter((field) => field !== null));
}

/** Well-formed cursors: base64url of a JSON list. Hardly ever one of this list. */
function cursor(): fc.Arbitrary<Draft> {
  const instant = text({ format: 'date-time' });
  const made = fc.oneof(
    fc.tuple(instant, fc.uuid()),
    fc.tuple(fc.integer(), fc.uuid()),
    fc.array(fc.oneof(instant, fc.uuid(), fc.integer(), fc.jsonValue({ maxDepth: 1 }))),
  );
  return made.map((keyset) => plain(Buffer.from(JSON.stringify(keyset)).toString('base64url')));
}

function oddQuery(calm: fc.Arbitrary<Case['query']>): fc.Arbitrary<Case['query']> {
  const name = fc.constantFrom(
    ...['limit', 'cursor', 'from', 'to', 'query', 'surprise', 'access_token', '__proto__'],
    ...['constructor', 'limit[]', 'limit[a]', '', 'a.b', 'Limit', 'activationKey', 'toString'],
  );
  const entry = fc.tuple(name, fc.oneof(hostileValue(), fc.integer().map(plain), cursor()));
  return fc
    .tuple(calm, fc.array(entry, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([given, added, twice]) => [...given, ...added, ...(twice ? given : [])]);
}
