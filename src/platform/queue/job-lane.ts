import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  Logger as GraphileLogger,
  run,
  type LogLevel,
  type Runner,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker';
import type { Logger } from 'pino';
import type { JobConnections } from './job-connections';

const POLL_EVERY_MS = 2_000; // for jobs that become due later; new ones arrive by NOTIFY within milliseconds
const START_AGAIN_AFTER_MS = 2_000;

const PINO_LEVELS: Record<LogLevel, 'error' | 'warn' | 'info' | 'debug'> = {
  error: 'error',
  warning: 'warn',
  info: 'debug',
  debug: 'debug',
};

interface LaneOptions {
  name: string;
  /** How many of its jobs run at once in this process. */
  concurrency: number;
  tasks: TaskList;
  connections: JobConnections;
  logger: Logger;
  /** Receives the id under which jobs are claimed, before the first claim. */
  onPool: (poolId: string) => void;
}

/** Runs some kinds of jobs beside other lanes. graphile's pool may end by itself; it is then restarted. */
export class JobLane {
  private runner: Runner | null = null;
  private pool: WorkerPool | null = null;
  private isStopping = false;

  constructor(private readonly options: LaneOptions) {}

  /** The ids of the running jobs. */
  runningJobs(): string[] {
    const workers = this.pool?._workers ?? [];
    return workers.flatMap((worker) => worker.getActiveJob()?.id ?? []);
  }

  async start(): Promise<void> {
    const { tasks, concurrency, connections, logger } = this.options;
    this.runner = await run({
      pgPool: connections.pool,
      preset: { plugins: [connections.plugin()] },
      taskList: tasks,
      concurrency,
      pollInterval: POLL_EVERY_MS,
      noHandleSignals: true,
      parsedCronItems: [], // cron runs in @nestjs/schedule
      logger: new GraphileLogger(() => (level, message) => logger[PINO_LEVELS[level]](message)),
      events: this.events(),
    });
    void this.watch(this.runner);
    if (this.isStopping) await this.stop(); // stop() was called during the start
  }

  /** Finishes the running jobs and takes no new ones. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const { runner } = this;
    this.runner = null;
    await runner?.stop().catch(({ message }: Error) => this.options.logger.warn(message)); // it ends by itself
  }

  private async watch(runner: Runner): Promise<void> {
    const cause = await runner.promise.then(() => 'without an error', String);
    this.runner = null;
    if (!this.isStopping) await this.startAgain(cause);
  }

  private async startAgain(cause: string): Promise<void> {
    const { name, logger } = this.options;
    logger.error(`the ${name} workers ended (${cause}) and are restarted`);
    await pause(START_AGAIN_AFTER_MS, undefined, { ref: false });
    if (this.isStopping) return;
    await this.start().catch((error: Error) => this.startAgain(error.message));
  }

  private events(): WorkerEvents {
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      this.pool = workerPool;
      this.options.onPool(workerPool.id);
    });
    return events;
  }
}
