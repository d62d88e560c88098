// What a first look at the console costs: bytes until a page is shown, and the time until it can be used, with the
// browser's processor four times slower. Needs Chromium: CHROMIUM, else /usr/bin/chromium. `npm run bench -- console [--rounds 5]`
const { launch, signUp } = require('./newcomer');
const { quantile, startServer } = require('./support/bench-server');

const SLOWDOWN = 4;
const LIMITS = { scriptKb: 250, styleKb: 40, interactiveMs: 1_500 };

/** Tells when an element is there that can be used. */
const WATCH = `
  globalThis.usable = new Promise((resolve) =>
    new MutationObserver(() => {
      if (document.querySelector('button[type=submit], #content .card')) resolve(performance.now());
    }).observe(document, { childList: true, subtree: true }));`;

async function open(browser) {
  const context = await browser.newContext();
  await context.addInitScript(WATCH);
  return context.newPage();
}

/** @returns milliseconds from the navigation, without a cache */
async function load(page, url) {
  const tools = await page.context().newCDPSession(page);
  await tools.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  await tools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(url);
  const usableAt = await page.evaluate('usable');
  await tools.detach();
  return usableAt;
}

/** Compressed, as they came. */
async function weigh(page) {
  const entries = await page.evaluate(
    `performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name, encodedBodySize])`,
  );
  const sumOf = (ending) =>
    entries.filter(([name]) => name.endsWith(ending)).reduce((sum, [, size]) => sum + size, 0);
  return { scriptKb: sumOf('.js') / 1000, styleKb: sumOf('.css') / 1000 };
}

async function run({ rounds = '5' }) {
  const server = await startServer();
  const browser = await launch();
  try {
    const page = await open(browser);
    await signUp(page, server.url);
    const [logIn, overview] = [[], []];
    for (let round = 0; round < Number(rounds); round += 1) {
      const stranger = await open(browser);
      logIn.push(await load(stranger, `${server.url}/console/login`));
      await stranger.context().close();
      overview.push(await load(page, `${server.url}/console/`));
    }
    await page.locator('.chart').first().waitFor();
    return {
      limits: LIMITS,
      firstLoad: await weigh(page),
      interactiveMs: { logIn: quantile(logIn, 0.5), overview: quantile(overview, 0.5) },
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

module.exports = { run };
