import * as fc from 'fast-check';

/** What stands for a parameter of the path. */
export type PathValue =
  | { kind: 'own' }
  | { kind: 'own in capitals' }
  | { kind: 'of another tenant' }
  | { kind: 'as it stands'; text: string };

/** How the path is written. */
export type PathShape = (typeof SHAPES)[number];

const SHAPES = [
  ...(['plain', 'slash at the end', 'two slashes', 'capitals', 'encoded letter'] as const),
  ...(['dot segment', 'encoded dots', 'semicolon', 'backslash', 'absolute', 'fragment'] as const),
  ...(['encoded slash', 'broken encoding', 'NUL at the end', 'space at the end'] as const),
];

const ODD_VALUES = [
  ...['0', '1', '-1', 'null', 'undefined', 'me', '*', '%00', '%2e%2e', '%2e', '..%2f..', '%2F'],
  ...['%ff', '%c0%af', '%ED%A0%80', '%zz', '%', 'é', '\u0001', "'", '%27%20OR%201=1--', '%20'],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ...['01890a5d-ac96-774b-bcce-b302099a8057', '{01890a5d-ac96-774b-bcce-b302099a8057}'],
  ...['01890a5dac96774bbcceb302099a8057', '01890a5d-ac96-774b-bcce-b302099a8057%0a'],
  ...[
    '__proto__',
    'constructor',
    '%F0%9F%98%80',
    'x'.repeat(300),
    'x'.repeat(12_000),
    'x'.repeat(20_000),
  ],
];

export function anyValue(): fc.Arbitrary<PathValue> {
  const odd = fc.oneof(fc.constantFrom(...ODD_VALUES), fc.uuid());
  return fc.oneof(
    fc.constant<PathValue>({ kind: 'own' }),
    fc.constant<PathValue>({ kind: 'own in capitals' }),
    fc.constant<PathValue>({ kind: 'of another tenant' }),
    odd.map((text): PathValue => ({ kind: 'as it stands', text })),
  );
}

export function oddShape(): fc.Arbitrary<PathShape> {
  return fc.constantFrom(...SHAPES);
}

const WRITING: Record<PathShape, (path: string) => string> = {
  plain: (path) => path,
  'slash at the end': (path) => `${path}/`,
  'two slashes': (path) => path.replace('/', '//'),
  capitals: (path) => path.replace('/v1', '/V1'),
  'encoded letter': (path) => path.replace('/v1', '/%761'),
  'dot segment': (path) => path.replace('/v1', '/v1/./'),
  'encoded dots': (path) => path.replace('/v1', '/v1/%2e%2e/v1'),
  semicolon: (path) => `${path};a=1`,
  backslash: (path) => path.replaceAll('/', '\\').replace('\\', '/'),
  absolute: (path) => `http://other.example${path}`,
  fragment: (path) => `${path}#top`,
  'encoded slash': (path) => path.replace('/v1/', '/v1%2f'),
  'broken encoding': (path) => `${path}%`,
  'NUL at the end': (path) => `${path}%00`,
  'space at the end': (path) => `${path}%20`,
};

export function shapePath(path: string, shape: PathShape): string {
  return WRITING[shape](path);
}
