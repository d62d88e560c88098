import '../../src/app.module';
import { getMetadataArgsStorage } from 'typeorm';
import { readdirSync, readFileSync } from 'node:fs';
import * as product from '../../src/product/schema';
import * as features from '../../src/product/features';
import { METERED } from '../product/description';
import { listSources } from '../support/architecture/sources';

/* `src/product` is what an adopter deletes and replaces: the rest names none of its tables and features. */

/** Of these migrations some name the example product; the product of a fork does not have its tables. */
const LAST_THAT_MAY = 1763690000100;

/** Of a field, for documentation: any name will do. */
const EXAMPLE = /\bexample: '[^']*'/;

function namesOfProduct(): string[] {
  const tables = getMetadataArgsStorage().tables.filter(({ target }) =>
    product.entities.includes(target as (typeof product.entities)[number]),
  );
  const declared = Object.values(features).map(({ key }) => key);
  return [...new Set([...tables.map(({ name }) => name!), ...declared])];
}

function listCore(): { path: string; text: string }[] {
  const sources = listSources().filter(({ path }) => !/^src\/product\/|\.spec\.ts$/.test(path));
  const migrations = readdirSync('migrations')
    .filter((name) => Number.parseInt(name, 10) > LAST_THAT_MAY)
    .map((name) => `migrations/${name}`);
  const read = migrations.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  return [...sources, ...read];
}

function findNamed(files: { path: string; text: string }[]): string[] {
  const named = new RegExp(`\\b(${namesOfProduct().join('|')})\\b`, 'i');
  return files.flatMap(({ path, text }) => {
    const line = text.split('\n').find((each) => named.test(each.replace(EXAMPLE, '')));
    return line === undefined ? [] : [`${path}: ${line.trim()}`];
  });
}

it('the core names no table and no feature of the product, not in a comment either', () => {
  expect(namesOfProduct()).toContain(METERED);
  expect(listCore().length).toBeGreaterThan(200);
  expect(findNamed(listCore())).toEqual([]);
});

it('would find them', () => {
  const sql = { path: 'one.ts', text: `DELETE FROM ${METERED}` };
  const prose = { path: 'two.ts', text: `const one = 1;\n// each of the ${METERED}` };
  const other = { path: 'three.ts', text: `more_${METERED}()` };
  expect(findNamed([sql, prose, other])).toHaveLength(2);
});
