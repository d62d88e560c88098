import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleWorld } from './support/console';

/* The console of an installation with a name, colours and a logo of its own: no build in between. */

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z"/></svg>';

let folder: string;
let world: ConsoleWorld;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-brand-'));
  const logoFile = join(folder, 'logo.svg');
  writeFileSync(logoFile, LOGO);
  const colors = { color: '#0b5cad', darkColor: '#9a3412' };
  world = await ConsoleWorld.start({
    brand: { name: 'Shop', ...colors, logoFile, supportEmail: null },
  });
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

it.each([
  ['light', 'rgb(11, 92, 173)'],
  ['dark', 'rgb(154, 52, 18)'],
] as const)('shows them in %s', async (colorScheme, color) => {
  const visitor = await world.visit('/console/login', { colorScheme });
  const { page } = visitor;
  expect(await page.locator('.brand').first().innerText()).toBe('Shop');
  const shown = "document.querySelector('.brand img').naturalWidth > 0";
  await page.waitForFunction(shown);
  const button = "getComputedStyle(document.querySelector('button[type=submit]')).backgroundColor";
  expect(await page.evaluate(button)).toBe(color);
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults()).toEqual([]);
});
