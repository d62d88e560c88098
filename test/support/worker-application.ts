import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pino from 'pino';
import type { RequestContext } from '../../src/common/request-context';
import { ConfigModule } from '../../src/platform/config/config.module';
import { DatabaseModule } from '../../src/platform/database/database.module';
import { JobHandler } from '../../src/platform/queue/job-handler.decorator';
import { QueueModule } from '../../src/platform/queue/queue.module';
import { testConfig } from './test-config';

/** The jobs that have failed their first time, in whichever worker of this process. */
const failed = new Set<string>();

/** Does jobs named `test.record` by writing them down; those whose payload says so fail the first time. */
@Injectable()
export class RecordingWorker {
  /** Payloads by the order of their runs, also of those that failed. */
  readonly runs: { context: RequestContext; payload: RecordedPayload }[] = [];

  @JobHandler('test.record')
  record(context: RequestContext, payload: RecordedPayload): Promise<void> {
    this.runs.push({ context, payload });
    if (!payload.failsFirst || failed.has(payload.name)) return Promise.resolve();
    failed.add(payload.name);
    return Promise.reject(new Error('the first time fails'));
  }
}

export interface RecordedPayload {
  name: string;
  failsFirst?: boolean;
}

@Module({ providers: [RecordingWorker] })
class RecordingWorkerModule {}

/** A process with the `worker` role, as far as jobs go: the platform, and one handler. */
export async function startWorker(url: string): Promise<INestApplicationContext> {
  const config = testConfig(url, { roles: ['worker'] });
  const logger = pino({ level: config.logLevel });
  return NestFactory.createApplicationContext(
    {
      module: RecordingWorkerModule,
      imports: [
        ConfigModule.with(config, logger),
        DatabaseModule.forSchema({ entities: [], migrations: [] }),
        QueueModule,
      ],
    },
    { logger: false, abortOnError: false },
  );
}
