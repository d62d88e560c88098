import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandFailure } from './failure';
import { print } from './output';

/** A file of the working directory that a command generates from the sources. */
export interface GeneratedFile {
  path: string;
  content: string;
  /** The command that makes it. */
  command: string;
}

/**
 * Writes the files; with `check` only compares them.
 * @throws CommandFailure with `check`, naming the files that differ
 */
export function writeOrCheck(files: GeneratedFile[], check: boolean): void {
  const outdated = files.filter(({ path, content }) => readIfPresent(path) !== content);
  if (!check) for (const file of outdated) write(file);
  for (const file of files) if (!outdated.includes(file)) print(`${file.path} is up to date.`);
  if (!check || outdated.length === 0) return;
  const [first] = outdated;
  const names = outdated.map(({ path }) => path).join(' and ');
  throw new CommandFailure(
    `${names} ${outdated.length === 1 ? 'differs' : 'differ'} from the sources: run npm run cli -- ${first?.command}`,
  );
}

/** The text of a file, or null where there is none. */
export function readIfPresent(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function write({ path, content }: GeneratedFile): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  print(`Wrote ${path}.`);
}
