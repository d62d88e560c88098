import { EventEmitter } from 'node:events';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  Logger as GraphileLogger,
  run,
  type Runner,
  type TaskList,
  type LogLevel,
  type WorkerEvents,
} from 'graphile-worker';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config';
import { LOGGER } from '../logging/logger';
import { jobNameOf } from './job-handler.decorator';
import { asTask, type Handler } from './job-task';
import { WorkerPresence } from './worker-presence';

const CONCURRENCY = 4;
const POLL_EVERY_MS = 2_000; // for jobs that are due later; new ones come by NOTIFY within milliseconds

const PINO_LEVELS: Record<LogLevel, 'error' | 'warn' | 'info' | 'debug'> = {
  error: 'error',
  warning: 'warn',
  info: 'debug',
  debug: 'debug',
};

/** Runs the jobs of this process, when the `worker` role is among its roles. */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private runner: Runner | null = null;
  private presence: WorkerPresence | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.roles.includes('worker')) await this.start();
  }

  /** Finishes the jobs that are running and takes no new ones. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner?.stop();
    await this.presence?.stop();
  }

  private async start(): Promise<void> {
    const connectionString = this.config.databaseDirectUrl!;
    const presence = new WorkerPresence(connectionString, this.logger);
    await presence.start();
    this.presence = presence;
    this.runner = await run({
      connectionString,
      taskList: this.tasks(),
      concurrency: CONCURRENCY,
      pollInterval: POLL_EVERY_MS,
      noHandleSignals: true,
      maxPoolSize: CONCURRENCY + 1,
      parsedCronItems: [], // ours is @nestjs/schedule
      logger: new GraphileLogger(
        () => (level, message) => this.logger[PINO_LEVELS[level]](message),
      ),
      events: announcing(presence, this.logger),
    });
  }

  private tasks(): TaskList {
    const tasks: TaskList = {};
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance === 'object' && instance !== null)
        Object.assign(tasks, this.tasksOf(instance));
    }
    return tasks;
  }

  private tasksOf(instance: object): TaskList {
    const tasks: TaskList = {};
    const provider = instance as Record<string, Handler>;
    for (const methodName of this.scanner.getAllMethodNames(
      Object.getPrototypeOf(instance) as object,
    )) {
      const method = provider[methodName];
      const name = typeof method === 'function' ? jobNameOf(method) : undefined;
      if (name && method) tasks[name] = asTask(name, method.bind(instance), this.logger);
    }
    return tasks;
  }
}

function announcing(presence: WorkerPresence, logger: Logger): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:create', ({ worker }) => {
    presence
      .announce(worker.workerId)
      .catch((error: Error) => logger.error(`a worker is not announced: ${error.message}`));
  });
  return events;
}
