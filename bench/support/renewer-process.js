// One renewer in its own process: reports when it is ready, runs on request, and reports its cost. The starting process
// uses `startRenewer`; the renewer runs this file.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const { clearInterval, setInterval } = require('node:timers');
const { built } = require('./bench-database');

async function startRenewer(url, dataDirectory) {
  const environment = { DATABASE_URL: url, DATA_DIR: dataDirectory, LOG_LEVEL: 'error' };
  const child = fork(module.filename, { env: { PATH: process.env.PATH, ...environment } });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the renewer ended with ${code}`);
  });
  died.catch(() => undefined); // it exits in the end anyway
  await Promise.race([once(child, 'message'), died]);
  return {
    /** @param onProgress receives how many it has processed */
    run(onProgress) {
      const result = new Promise((resolve) => {
        child.on('message', (message) => {
          if (message.result) resolve(message.result);
          else onProgress(message.decided);
        });
      });
      child.send('go');
      return Promise.race([result, died]);
    },
  };
}

const MEMORY_EVERY_MS = 20;
const PROGRESS_EVERY = 10_000;

async function serve() {
  const { withApplication } = built('cli/support/with-application.js');
  const { RenewalService } = built('modules/subscriptions/renewal/renewal.service.js');
  const { RequestContext } = built('common/request-context.js');
  await withApplication(async (application) => {
    process.send({ ready: true });
    await once(process, 'message');
    const context = RequestContext.job('subscription.renew');
    const renewal = application.get(RenewalService);
    const result = await measure((report) => renewal.renewAll(context, report));
    process.send({ result });
  });
  process.disconnect();
}

async function measure(work) {
  const idleBytes = process.memoryUsage().rss;
  let peakBytes = idleBytes;
  const sample = () => (peakBytes = Math.max(peakBytes, process.memoryUsage().rss));
  const timer = setInterval(sample, MEMORY_EVERY_MS);
  const startedAt = performance.now();
  let reported = 0;
  const report = await work((decided) => {
    sample();
    if (decided - reported < PROGRESS_EVERY) return;
    reported = decided;
    process.send({ decided });
  });
  clearInterval(timer);
  const milliseconds = performance.now() - startedAt;
  return { milliseconds, renewed: report.renewed, aboveIdleMb: (peakBytes - idleBytes) / 1e6 };
}

if (require.main === module)
  serve().catch((error) => {
    console.error(error);
    process.exit(1);
  });

module.exports = { startRenewer };
