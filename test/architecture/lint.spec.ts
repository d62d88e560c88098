import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/* The step `lint` finds what it is there for: rules are broken once each, by a source made for it. */

const OXLINT = resolve('node_modules/oxlint/bin/oxlint');

/** The rules that each line of a file breaks. */
const BROKEN: Record<string, Record<string, string>> = {
  'src/broken.ts': {
    "import { Kind } from './kind';": 'consistent-type-imports',
    'const hidden = JSON.parse("1");': 'no-unsafe-assignment',
    'export const field: string = hidden.field;': 'no-unsafe-member-access',
    'export const given = (text: string): boolean => text !== undefined;':
      'no-unnecessary-condition',
    'export const kindOf = (kind: Kind): void => { switch (kind) { case 1: break; } };':
      'switch-exhaustiveness-check',
    'export const forget = (): void => { Promise.resolve(1); };': 'no-floating-promises',
    'export const misuse = (): void => { [1].forEach(async () => Promise.resolve()); };':
      'no-misused-promises',
    'export const same = (a: number, b: number): boolean => a == b;': 'eqeqeq',
    'export const any = (value: any): unknown => value;': 'no-explicit-any',
    'export const now = (): Date => new Date();': 'no-restricted-syntax',
    'export const later = (): number => Date.now();': 'no-restricted-syntax',
    'export const home = (): unknown => process.env.HOME;': 'no-process-env',
    'export const say = (): void => console.log(1);': 'no-console',
    'const unused = 1;': 'no-unused-vars',
  },
  'scripts/broken.js': { 'missing();': 'no-undef' },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
  copyFileSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const options = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'] };
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['src'] }));
  write('src/kind.ts', 'export type Kind = 1 | 2;\n');
  for (const [path, lines] of Object.entries(BROKEN))
    write(path, `${Object.keys(lines).join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** `path:line rule` of all that is found. */
function lint(): string[] {
  const parameters = [OXLINT, '--format', 'json', 'src', 'scripts'];
  const { stdout } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  return diagnostics.map(
    ({ code, filename, labels }) =>
      `${filename}:${labels[0]!.span.line} ${/\((.+)\)/.exec(code)![1]!}`,
  );
}

it('refuses what breaks its rules', () => {
  const broken = Object.entries(BROKEN).flatMap(([path, lines]) =>
    Object.values(lines).map((rule, index) => `${path}:${index + 1} ${rule}`),
  );
  expect(lint()).toEqual(expect.arrayContaining(broken));
});
