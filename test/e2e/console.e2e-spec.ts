import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Response } from 'supertest';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* The server beside a built console, and without one. */

const PAGE = '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><p>The console</p>';
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const LINKED = [
  '/signup?activationKey=x',
  '/reset-password?token=x',
  '/verify-email?token=x',
  '/billing',
];

let folder: string;
let server: TestApplication;
let bare: TestApplication;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
  server = await TestApplication.start({ consoleDirectory: folder });
  bare = await TestApplication.start({ consoleDirectory: join(folder, 'missing') });
});
afterAll(async () => {
  await Promise.all([server.stop(), bare.stop()]);
  rmSync(folder, { recursive: true });
});

const nonceOf = ({ headers }: Response): string =>
  /'nonce-([^']+)'/.exec(headers['content-security-policy']!)![1]!;

describe('a server with a console', () => {
  it.each(['/console', '/console/', '/console/a/page?from=2026-01-01', ...LINKED])(
    'answers %s with its page, whose policy allows what it loads and nothing else',
    async (path) => {
      const answer = await server.get(path).expect(200);
      const nonce = nonceOf(answer);
      expect(answer.text).toBe(PAGE.replace('__CSP_NONCE__', nonce));
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': POLICY.replace('nonce-N', `nonce-${nonce}`),
        'x-frame-options': 'DENY',
      });
    },
  );

  it('gives each answer a nonce of its own', async () => {
    const answers = [await server.get('/console/'), await server.get('/console/')];
    expect(new Set(answers.map(nonceOf)).size).toBe(2);
  });

  it('lets hashed files be kept for ever, and has no other files', async () => {
    const { headers } = await server.get('/console/assets/main-1a2b.js').expect(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toMatch(/javascript/);
    for (const path of ['main-0000.js', '%2e%2e%2findex.html', ''])
      expectProblem(await server.get(`/console/assets/${path}`), 404, 'route_not_found');
  });

  it('leads browsers from / to the console, and programs to the welcome page', async () => {
    const browser = await server.get('/').set('accept', 'text/html,application/xhtml+xml,*/*');
    expect([browser.status, browser.headers.location]).toEqual([302, '/console/']);
    expect((await server.get('/').expect(200)).text).toContain('Tenantry is running');
  });

  it('knows its methods', async () => {
    const answer = await server.post('/console/', undefined, {});
    expectProblem(answer, 405, 'method_not_allowed');
  });
});

describe('a server without a console', () => {
  it.each(['/console', '/console/', '/console/assets/main-1a2b.js', ...LINKED])(
    'has no page at %s',
    async (path) => {
      expectProblem(await bare.get(path), 404, 'route_not_found');
    },
  );

  it('serves the API', async () => {
    await bare.get('/v1/plans').expect(200);
    const page = await bare.get('/').set('accept', 'text/html');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Tenantry is running')]);
  });
});
