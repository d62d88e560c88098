import type { Operation } from '../../support/architecture/openapi';
import type { Answer } from '../../support/problems';
import { sendRaw, type RawRequest } from '../../support/raw-http';
import { writeBody } from './bodies';
import type { Case, CredentialChoice } from './cases';
import type { Change } from '../../support/change-log';
import { writeDraft } from './drafts';
import { shapePath, type PathValue } from './paths';
import type { Target } from './target';

/** A request with its answer, and what came of it. */
export interface Exchange {
  operation: Operation;
  credential: CredentialChoice;
  request: RawRequest;
  answer: Answer;
  tookMs: number;
  changes: Change[];
  /** Whether the address leads to this operation and no other, however ids are spelled. */
  isAtOperation: boolean;
}

const SLOW_MS = 1_000;

export async function exchange(
  target: Target,
  operation: Operation,
  drawn: Case,
): Promise<Exchange> {
  await target.prepare(operation, drawn);
  const request = toRequest(target, operation, drawn);
  const { answer, tookMs } = await sendTimed(target.server.url, request);
  const changes = await target.log.read();
  const isAtOperation = drawn.shape === 'plain' && Object.values(drawn.values).every(isOneSegment);
  if (changes.length > 0) await target.afterChange(operation, changes);
  const { credential } = drawn;
  return { operation, credential, request, answer, tookMs, changes, isAtOperation };
}

/** A machine may be busy; an answer is slow when it is so again. */
export async function sendTimed(
  url: string,
  request: RawRequest,
): Promise<{ answer: Answer; tookMs: number }> {
  const first = await timed(() => sendRaw(url, request));
  if (first.tookMs < SLOW_MS) return first;
  const { tookMs } = await timed(() => sendRaw(url, request));
  return { answer: first.answer, tookMs };
}

async function timed(work: () => Promise<Answer>): Promise<{ answer: Answer; tookMs: number }> {
  const startedAt = performance.now();
  const answer = firstOf(await work());
  return { answer, tookMs: performance.now() - startedAt };
}

/** Where a request says that it is shorter than it is, its rest is answered as another. */
function firstOf(answer: Answer): Answer {
  const length = answer.headers['content-length'];
  if (length === undefined) return answer;
  const text = Buffer.from(answer.text).subarray(0, Number(length)).toString();
  return { ...answer, text };
}

function toRequest(target: Target, operation: Operation, drawn: Case): RawRequest {
  const body = writeBody(drawn.body, target.resolve);
  const names = drawn.headers.map(([name]) => name.toLowerCase());
  const type: [string, string][] =
    body && !names.includes('content-type') ? [['Content-Type', 'application/json']] : [];
  const credentials = target.authorization(operation, drawn.credential);
  return {
    method: operation.verb.toUpperCase(),
    path: addressOf(target, operation, drawn),
    headers: [
      ...credentials.map((value): [string, string] => ['Authorization', value]),
      ...type,
      ...drawn.headers,
    ],
    body,
  };
}

function addressOf(target: Target, operation: Operation, { values, shape, query }: Case): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    writeValue(target, operation, name, values[name]!),
  );
  const pairs = query.map(([name, value]) => {
    const written = writeDraft(value, target.resolve);
    return `${encode(name)}=${encode(unquoted(written))}`;
  });
  const address = shapePath(path, shape);
  return pairs.length > 0 ? `${address}?${pairs.join('&')}` : address;
}

function writeValue(target: Target, operation: Operation, name: string, value: PathValue): string {
  const { own, others } = target.valuesOf(operation);
  if (value.kind === 'as it stands') return value.text;
  if (value.kind === 'of another tenant') return others[name] ?? 'none';
  const id = own[name] ?? 'none';
  return value.kind === 'own' ? id : id.toUpperCase();
}

/** In a query all is text: of a JSON string, what it says. */
function unquoted(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed().slice(0, 9_000));
}

function isOneSegment(value: PathValue): boolean {
  return value.kind !== 'as it stands' || /^[\w{}'-]+$/.test(value.text);
}
