import * as fc from 'fast-check';
import { hostileValue } from './broken-drafts';
import { writeDraft, type Draft, type Resolve } from './drafts';

/** What stands in a request's body: a document, or a document's text with something done to it. */
export type BodyDraft =
  | { kind: 'none' }
  | { kind: 'json'; draft: Draft }
  | { kind: 'cut'; draft: Draft; at: number }
  | { kind: 'between'; draft: Draft; before: string; after: string }
  | { kind: 'spoiled'; draft: Draft; at: number; bytes: number[] }
  | { kind: 'bytes'; bytes: Uint8Array };

const NO_BODY: BodyDraft = { kind: 'none' };
const FRAMES: [before: string, after: string][] = [
  ...([
    ['\ufeff', ''],
    [' \n\t\r', ' \n'],
    [")]}',\n", ''],
    ['', ' {}'],
    ['', ','],
    ['', '//'],
  ] as const),
  ...([
    ['\f', ''],
    ['\0', ''],
    ['', '\0'],
    ['[', ']'],
    ['/**/', ''],
    ['', ' '.repeat(262_144)],
  ] as const),
].map(([before, after]) => [before, after]);

/** Invalid, overlong, surrogate and cut UTF-8, a raw NUL and a raw line end. */
const SPOILS = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
  [0],
  [0x0a],
  [0xf4, 0x90, 0x80, 0x80],
];

export function calmBody(valid: fc.Arbitrary<Draft> | undefined): fc.Arbitrary<BodyDraft> {
  return valid ? json(valid) : fc.constant(NO_BODY);
}

/** Anything that can be sent as a body. Without a schema the route takes none. */
export function anyBody(
  valid: fc.Arbitrary<Draft> = hostileValue(),
  broken: fc.Arbitrary<Draft> = hostileValue(),
): fc.Arbitrary<BodyDraft> {
  return fc.oneof(
    { weight: 10, arbitrary: json(broken) },
    { weight: 2, arbitrary: json(hostileValue()) },
    { weight: 3, arbitrary: brokenText(valid) },
    { weight: 1, arbitrary: fc.constant(NO_BODY) },
    { weight: 1, arbitrary: bytes() },
  );
}

/** The bytes of a body; undefined for none. */
export function writeBody(body: BodyDraft, resolve: Resolve): Buffer | undefined {
  if (body.kind === 'none') return undefined;
  if (body.kind === 'bytes') return Buffer.from(body.bytes);
  const text = writeDraft(body.draft, resolve);
  if (body.kind === 'json') return Buffer.from(text);
  if (body.kind === 'between') return Buffer.from(body.before + text + body.after);
  const whole = Buffer.from(text);
  const at = body.at % (whole.length + 1);
  if (body.kind === 'cut') return whole.subarray(0, at);
  return Buffer.concat([whole.subarray(0, at), Buffer.from(body.bytes), whole.subarray(at)]);
}

function json(drafts: fc.Arbitrary<Draft>): fc.Arbitrary<BodyDraft> {
  return drafts.map((draft) => ({ kind: 'json', draft }));
}

function brokenText(valid: fc.Arbitrary<Draft>): fc.Arbitrary<BodyDraft> {
  const at = fc.nat();
  return fc.oneof(
    fc.tuple(valid, at).map(([draft, cut]): BodyDraft => ({ kind: 'cut', draft, at: cut })),
    fc
      .tuple(valid, fc.constantFrom(...FRAMES))
      .map(([draft, [before, after]]): BodyDraft => ({ kind: 'between', draft, before, after })),
    fc.tuple(valid, at, fc.constantFrom(...SPOILS)).map(([draft, place, spoil]): BodyDraft => ({
      kind: 'spoiled',
      draft,
      at: place,
      bytes: spoil,
    })),
  );
}

function bytes(): fc.Arbitrary<BodyDraft> {
  return fc.uint8Array({ maxLength: 64 }).map((given) => ({ kind: 'bytes', bytes: given }));
}
