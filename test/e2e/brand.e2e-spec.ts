import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* What the console and mails show of an installation, and what agents read. */

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg"/>';

let folder: string;
let branded: TestApplication;
let plain: TestApplication;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-brand-'));
  const logoFile = join(folder, 'logo.svg');
  writeFileSync(logoFile, LOGO);
  const colors = { color: '#0b5cad', darkColor: '#3b82c4' };
  const brand = { name: 'Shop', ...colors, logoFile, supportEmail: 'help@shop.example' };
  branded = await TestApplication.start({ brand }); // side by side, each start may keep the other's connection waiting
  plain = await TestApplication.start();
});
afterAll(async () => {
  await Promise.all([branded.stop(), plain.stop()]);
  rmSync(folder, { recursive: true });
});

it('the console is told name, colours, logo and support address, without a credential', async () => {
  const answer = await branded.get('/console/config.json');
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    name: 'Shop',
    color: '#0b5cad',
    darkColor: '#3b82c4',
    logoUrl: '/console/logo',
    supportEmail: 'help@shop.example',
    environment: 'test',
  });
});

it('the logo may be shown by mail programs in pages of their own', async () => {
  const answer = await branded.get('/console/logo');
  expect(answer.status).toBe(200);
  expect(String(answer.body as Buffer)).toBe(LOGO);
  expect(answer.headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'public, max-age=3600',
  });
});

it('without settings it is called Tenantry, in the colours and with the logo of the console', async () => {
  expect((await plain.get('/console/config.json')).body as object).toEqual({
    ...{ name: 'Tenantry', color: null, darkColor: null, logoUrl: null, supportEmail: null },
    environment: 'test',
  });
  expectProblem(await plain.get('/console/logo'), 404, 'route_not_found');
});

it('llms.txt is the one of the repository', async () => {
  const { status, headers, text } = await plain.get('/llms.txt');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(text).toBe(readFileSync('llms.txt', 'utf8'));
});
