import { existsSync, readFileSync } from 'node:fs';

/* docs/reliability.md names the test that proves each promise; a test that is renamed or removed is missed here. */

interface NamedTest {
  file: string;
  /** Of the group and of the test in it, or of the test alone. */
  titles: string[];
}

const document = readFileSync('docs/reliability.md', 'utf8');
const named = [...document.matchAll(/`((?:src|test)\/\S+\.ts)` › (.+?)(?= *(?:<br>|\|$))/gm)].map(
  ([, file = '', titles = '']): NamedTest => ({ file, titles: titles.split(' › ') }),
);

/** Whether a text in the source ends with the title, as that of `it`, `describe` or `scenario` does before its comma. */
function hasTitle(source: string, title: string): boolean {
  const read = source.replaceAll("\\'", "'");
  return ["'", '"', '`'].some((quote) => read.includes(`${title}${quote},`));
}

describe('docs/reliability.md', () => {
  it('names a test for each of its promises', () => {
    const promises = [...document.matchAll(/^\| .+ \| +`(?:src|test)\/.+\|$/gm)];
    expect(promises.length).toBeGreaterThan(40);
    expect(named.length).toBeGreaterThanOrEqual(promises.length);
    expect(document.split(' › ').length - 1).toBe(
      named.reduce((count, { titles }) => count + titles.length, 0),
    );
  });

  it('names tests that there are', () => {
    const missing = named.filter(
      ({ file, titles }) =>
        !existsSync(file) || !titles.every((title) => hasTitle(readFileSync(file, 'utf8'), title)),
    );
    expect(missing).toEqual([]);
  });
});
