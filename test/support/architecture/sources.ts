import { readdirSync, readFileSync } from 'node:fs';

export interface SourceFile {
  /** From the root of the checkout, with slashes. */
  path: string;
  text: string;
}

/** Every TypeScript file under a folder of the checkout, sorted; of src, tests beside the code too. */
export function listSources(folder = 'src'): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** The problems that the sources define, whether or not anything loads them. */
export function definedProblems(): { code: string; file: string }[] {
  return listSources().flatMap(({ path, text }) =>
    [...text.matchAll(/\bdefineProblem\(\{\s*code: '([^']*)'/g)].map(([, code]) => ({
      code: String(code),
      file: path,
    })),
  );
}
