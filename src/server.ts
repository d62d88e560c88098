import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import type { Config } from './platform/config/config';
import { hasConsole, serveConsole } from './platform/http/console';
import { createHttpServer } from './platform/http/http-server';
import { serveDocs } from './platform/http/openapi';
import { RouteTable } from './platform/http/route-table';
import { PinoLoggerService } from './platform/logging/logger';

/**
 * The application, made but not yet started: `init()` connects it to the database, `listen()` opens it to the world.
 * @param config with the address of a migrated database
 */
export async function createServer(
  config: Config,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const adapter = createHttpServer(config, routes, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger, routes),
    adapter,
    {
      logger: new PinoLoggerService(logger),
      bodyParser: false,
      abortOnError: false,
    },
  );
  if (config.hasApiDocs) serveDocs(app);
  if (hasConsole(config.consoleDirectory))
    serveConsole(adapter.getInstance(), config.consoleDirectory);
  return app;
}
