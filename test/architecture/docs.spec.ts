import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WATCHED_EVENTS } from '../../src/modules/billing/inbox/inbox.service';
import { listSources } from '../support/architecture/sources';

/* What the documentation names is there: files, links, routes, and the pages that mails lead to. */

const FOLDERS = ['src', 'packages', 'test', 'scripts', 'migrations', 'deploy', 'bench', 'docs'];
const listed = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
).filter((path) => !/\/(node_modules|dist)(\/|$)/.test(path));
const PAGES = [...readdirSync('.'), ...listed]
  .filter((path) => path.endsWith('.md') || path === 'llms.txt')
  .sort();

/** Pages that name what is not there, and why. */
const OTHERS: Record<string, RegExp> = {
  'CONTRIBUTING.md': /^notes?\./, // an example
  'CHANGELOG.md': /./, // names what was
  'docs/add-a-module.md': /notes?\b/, // makes them
  'docs/reliability.md': /^DELETE \/v1\/invitations\/accept$/, // is tried
};

const texts = PAGES.map((page) => ({ page, text: readFileSync(page, 'utf8') }));

/** `page: what`, for all that a pattern finds and that is not there. */
function listMissing(pattern: RegExp, isThere: (what: string, page: string) => boolean): string[] {
  return texts.flatMap(({ page, text }) =>
    [...new Set([...text.matchAll(pattern)].map(([, what]) => what!))]
      .filter((what) => !OTHERS[page]?.test(what) && !isThere(what, page))
      .map((what) => `${page}: ${what}`),
  );
}

function namedTimes(pattern: RegExp): number {
  return texts.reduce((sum, { text }) => sum + [...text.matchAll(pattern)].length, 0);
}

describe('the documentation', () => {
  it('names files and folders that there are', () => {
    const paths =
      /(?<![\w./@-])((?:src|packages|test|scripts|migrations|deploy|bench|docs)\/[\w./*{}-]*[\w*/])/g;
    expect(namedTimes(paths)).toBeGreaterThan(200);
    expect(listMissing(paths, isListed)).toEqual([]);
  });

  it('names files without their folder that there are', () => {
    const names = /`([\w-][\w.-]*\.(?:ts|js|cjs|mjs|svg|yaml|yml|conf|service))`/g;
    const known = new Set([...readdirSync('.'), ...listed].map((path) => basename(path)));
    expect(namedTimes(names)).toBeGreaterThan(20);
    expect(listMissing(names, (name) => known.has(name))).toEqual([]);
  });

  it('links to files that there are', () => {
    const links = /\]\((?!https?:|mailto:|#)([^)#\s]+)/g;
    expect(namedTimes(links)).toBeGreaterThan(50);
    expect(listMissing(links, (link, page) => existsSync(join(dirname(page), link)))).toEqual([]);
  });

  it('names routes of the contract', () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, object>>;
    };
    const known = new Set(
      Object.entries(paths).flatMap(([path, item]) =>
        Object.keys(item).map((verb) => withoutNames(`${verb.toUpperCase()} ${path}`)),
      ),
    );
    const routes = /`((?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}.-]*[\w}])/g;
    expect(namedTimes(routes)).toBeGreaterThan(100);
    const pages = new Set([
      ...['GET /docs', 'GET /openapi.json', 'GET /console/config.json'],
      ...['POST /v1/demo/businesses', 'POST /v1/demo/races'], // in development only
    ]);
    const isThere = (route: string) => known.has(withoutNames(route)) || pages.has(route);
    expect(listMissing(routes, isThere)).toEqual([]);
  });

  it('draws the modules that there are', () => {
    const [rows = ''] = readFileSync('docs/architecture.svg', 'utf8').split('The way of');
    const drawn = [...rows.matchAll(/font-weight="500"[^>]*>([\w-]+)/g)].map(([, name]) => name!);
    const folders = ['src/modules', 'packages'].flatMap(foldersOf);
    expect(drawn).toEqual(expect.arrayContaining(folders));
    const others = ['src/product', 'src/platform'].flatMap(foldersOf);
    const known = [...folders, ...others, 'Stripe', 'main', 'pure'];
    expect(drawn.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names the events to ask Stripe for: those that are watched', () => {
    const [, events] = /these events:\n\n *```text\n(.+?)```/s.exec(
      readFileSync('docs/billing.md', 'utf8'),
    )!;
    expect(events!.trim().split(/\s+/).sort()).toEqual([...WATCHED_EVENTS].sort());
  });

  it('names each page that a mail leads to, with its query', () => {
    const mails = listSources().filter(({ path }) => path.endsWith('.mails.ts'));
    const paths = mails.flatMap(({ text }) => [
      ...text.matchAll(/'(\/[a-z-]+)'|Url\}(\/[a-z-]+)/g),
    ]);
    const named = paths.map(([, argument, inUrl]) => argument ?? inUrl!);
    expect(named).toEqual(expect.arrayContaining(['/signup', '/reset-password', '/verify-email']));
    const deployment = readFileSync('docs/deployment.md', 'utf8');
    expect(named.filter((path) => !deployment.includes(`| \`${path}?`))).toEqual([]);
  });
});

/** From the root, or from a package for its README. `*` stands for any name; jest takes the beginning of one. */
function isListed(path: string, page: string): boolean {
  const plain = path.replace(/\/$/, '');
  if (existsSync(plain) || existsSync(join(dirname(page), plain))) return true;
  if (!plain.includes('*')) return listed.some((each) => each.startsWith(`${plain}.`));
  const pattern = plain.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  return listed.some((each) => new RegExp(`^${pattern}$`).test(each));
}

function foldersOf(parent: string): string[] {
  const entries = readdirSync(parent, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function withoutNames(route: string): string {
  return route.replace(/\{\w+\}/g, '{}');
}
