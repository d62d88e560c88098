import { ConsoleWorld } from './support/console';

/* What development offers to those who try this out. */

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start();
});
afterAll(() => world.stop());

it('a demo business, and in it a race that shows which way lets in too many', async () => {
  const visitor = await world.visit('/console/login');
  await visitor.press('Fill with a demo business');
  await visitor.page.waitForSelector('#content');
  await visitor.page.locator('.chart-bar').nth(20).waitFor();
  await visitor.settle();
  await visitor.picture('story-demo-business');
  const height = await visitor.page.evaluate<number>('document.documentElement.scrollHeight');
  expect(height).toBeLessThan(1_000); // nothing unseen makes the page longer
  await visitor.page.getByRole('link', { name: 'Race at a limit' }).click();
  await visitor.press('Start the race');
  await visitor.page.locator('.race-bar').nth(1).waitFor();
  await visitor.see('Exact');
  expect(await visitor.findBarriers()).toEqual([]);
  await visitor.picture('story-race');
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});
