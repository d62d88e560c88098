// The server as built, with the rivals beside its own routes, so that all are measured in one process.
require('reflect-metadata');
const path = require('node:path');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

const dist = (file) => require(path.join(__dirname, '..', '..', 'dist', 'src', file));
const { AppModule } = dist('app.module.js');
const { loadConfig } = dist('platform/config/config.js');
const { migrate } = dist('platform/database/migrate.js');
const { openDatabase } = dist('platform/database/open-database.js');
const { createHttpServer } = dist('platform/http/http-server.js');
const { RouteTable } = dist('platform/http/route-table.js');
const { createLogger } = dist('platform/logging/logger.js');
const { Database } = dist('platform/database/database.js');
const { RequestContext } = dist('common/request-context.js');
const { schema } = dist('schema.js');
const { RivalsController } = require('./rivals');

class BenchModule {}

async function main() {
  const config = loadConfig();
  const logger = createLogger(config);
  const database = await openDatabase(config);
  await migrate(database.config, schema, () => undefined);
  const routes = new RouteTable();
  Module({
    imports: [AppModule.with(database.config, logger, routes)],
    controllers: [RivalsController],
  })(BenchModule);
  const app = await NestFactory.create(
    BenchModule,
    createHttpServer(database.config, routes, logger),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  await prepare(app);
  process.on('SIGTERM', () => void stop(app, database));
  process.on('message', (asked) => ANSWERS[asked] && process.send(ANSWERS[asked]()));
  console.log(`ready: ${(await app.getUrl()).replace('[::1]', '127.0.0.1')}`);
}

/** Limits are raised: refusals would be cheaper than what is measured. */
function prepare(app) {
  const context = RequestContext.job('bench.prepare');
  return app.get(Database).platform(context, 'a bench changes plans', async (tx) => {
    await tx.execute(
      `UPDATE plans SET grants = jsonb_set(grants, '{recordings,limit}', '1000000000') WHERE is_default`,
    );
    await tx.execute('CREATE TABLE bench_rows (id uuid PRIMARY KEY, payload jsonb NOT NULL)');
  });
}

const ANSWERS = { cpu, usage };

function cpu() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000 };
}

function usage() {
  const { readdirSync } = require('node:fs');
  globalThis.gc?.();
  return {
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

async function stop(app, database) {
  await app.close();
  await database.release();
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
