import { readdirSync, readFileSync } from 'node:fs';
import { operationsOf, type ApiDocument } from '../../support/architecture/openapi';

/* What the API can do for a team and for staff, the console can do, or a list says why not. */

const NOT_IN_CONSOLE: Record<string, string> = {
  'application.get': 'the list has all of it',
  'event.get': 'the stream and the log of deliveries show it',
  'event.list': 'for programs that read the log; the audit log is for people',
  'event.stream': 'called by `openStream`, which reads it as it comes',
  'flag.evaluate': 'for OpenFeature providers',
  'flag.evaluate_all': 'for OpenFeature providers',
  'staff_sso.prove_domain': 'the operator makes sure of it by other means, and calls it then',
  'staff_plan.get': 'the list has all of it',
  'staff_support_session.end': 'staff end theirs by logging out of it, in its bar',
  'team_member.get': 'the list has all of it',
  'usage.explain': 'by the route of any feature, which answers the same',
  'usage.get': 'the entitlements have it',
  'usage.get_feature': 'the explanation has it',
};

function listConsole(): { path: string; text: string }[] {
  return readdirSync('console/src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ path: name, text: readFileSync(`console/src/${name}`, 'utf8') }));
}

/** As the client names it. */
const nameOf = (operationId: string) =>
  operationId.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase());

const contract = JSON.parse(readFileSync('openapi.json', 'utf8')) as ApiDocument;
const files = listConsole();
const isOperations = ({ path }: { path: string }) => /operations\.ts$/.test(path);
const pages = files.filter((file) => !isOperations(file)).map(({ text }) => text);

it('the console calls every operation of teams and staff, but those of the list', () => {
  const called = files.filter(isOperations).map(({ text }) => text);
  const offered = operationsOf(contract).filter(({ audience }) =>
    ['dashboard', 'staff'].includes(audience),
  );
  const missing = offered
    .map(({ action }) => action)
    .filter((id) => !called.some((text) => new RegExp(`call\\(\\s*${nameOf(id)}\\b`).test(text)));
  expect(missing.sort()).toEqual(Object.keys(NOT_IN_CONSOLE).sort());
});

it('a page uses each of its operations', () => {
  const unused = files.filter(isOperations).flatMap(({ text }) => {
    const groups = [...text.matchAll(/export const (\w+) = \{\n(.*?)\n\};/gs)];
    return groups.flatMap(([, group, members = '']) =>
      [...members.matchAll(/^ {2}(\w+): /gm)].map(([, member]) => `${group}.${member}`),
    );
  });
  expect(unused.length).toBeGreaterThan(60);
  expect(unused.filter((name) => !pages.some((text) => isUsed(text, name)))).toEqual([]);
});

/** Under its own name, or one that the import gives it. */
function isUsed(text: string, name: string): boolean {
  const [group, member] = name.split('.');
  const renamed = new RegExp(`\\b${group} as (\\w+)`).exec(text)?.[1] ?? group;
  return new RegExp(`\\b(${renamed}|operations)\\.${member}\\b`).test(text);
}

it('only operations.ts and the session know the client; pages know its types and problems', () => {
  const strays = files
    .filter((file) => !isOperations(file) && !/^api\//.test(file.path))
    .filter(({ text }) => /\bfetch\(|\bTenantry\(/.test(text));
  expect(strays.map(({ path }) => path)).toEqual([]);
});
