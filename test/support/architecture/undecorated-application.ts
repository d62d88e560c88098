import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { AppModule } from '../../../src/app.module';
import { createHttpServer } from '../../../src/platform/http/http-server';
import { RouteTable } from '../../../src/platform/http/route-table';
import { testConfig } from '../test-config';

/** The methods that ran, by name. */
export const handlersThatRan: string[] = [];

/** What a hurried colleague might write: routes that do not say who may call them. */
@Controller('v1/undecorated')
export class UndecoratedController {
  @Get()
  read(): object {
    handlersThatRan.push('read');
    return {};
  }

  @Post()
  write(): object {
    handlersThatRan.push('write');
    return {};
  }
}

@Module({})
class UndecoratedModule {}

/** The whole application with that controller, put together as src/server.ts does it. */
export async function startUndecorated(databaseUrl: string): Promise<NestFastifyApplication> {
  const config = testConfig(databaseUrl);
  const logger = pino({ level: config.logLevel });
  const routes = new RouteTable();
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: UndecoratedModule,
      imports: [AppModule.with(config, logger, routes)],
      controllers: [UndecoratedController],
    },
    createHttpServer(config, routes, logger),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}
