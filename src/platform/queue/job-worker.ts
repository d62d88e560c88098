import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { TaskList } from 'graphile-worker';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config';
import { LOGGER } from '../logging/logger';
import { JobConnections } from './job-connections';
import { jobOf } from './job-handler.decorator';
import { JobLane } from './job-lane';
import { LANES, LANE_NAMES, type LaneName } from './lanes';
import { asTask, type Handler } from './job-task';
import { LostClaims } from './lost-claims';
import { WorkerPresence } from './worker-presence';

/** One connection for each listening lane, and four for claims and marks, which take a millisecond each. */
const CONNECTIONS = LANE_NAMES.length + 4;

/** Runs the jobs of this process, when the `worker` role is among its roles. */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private lanes: JobLane[] = [];
  private connections: JobConnections | null = null;
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

  /** Finishes and marks the running jobs, and takes no new ones. */
  async beforeApplicationShutdown(): Promise<void> {
    this.connections?.hurry();
    await Promise.all(this.lanes.map((lane) => lane.stop()));
    await this.connections?.end();
    await this.presence?.stop();
  }

  private async start(): Promise<void> {
    const { logger } = this;
    const url = this.config.databaseDirectUrl!;
    const connections = new JobConnections(url, CONNECTIONS, logger);
    this.connections = connections;
    const lostClaims = new LostClaims(
      () => this.lanes.flatMap((lane) => lane.runningJobs()),
      () => connections.isRetrying,
    );
    const presence = new WorkerPresence(url, logger, lostClaims);
    await presence.start();
    this.presence = presence;
    const tasks = this.tasksByLane();
    this.lanes = LANE_NAMES.filter((name) => Object.keys(tasks[name]).length > 0).map(
      (name) =>
        new JobLane({
          name,
          concurrency: LANES[name],
          tasks: tasks[name],
          connections,
          logger,
          onPool: (poolId) => presence.announceQuietly(poolId),
        }),
    );
    await Promise.all(this.lanes.map((lane) => lane.start()));
  }

  private tasksByLane(): Record<LaneName, TaskList> {
    const empty = LANE_NAMES.map((name) => [name, {}]);
    const tasks = Object.fromEntries(empty) as Record<LaneName, TaskList>;
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance === 'object' && instance !== null) this.addTasksOf(instance, tasks);
    }
    return tasks;
  }

  private addTasksOf(instance: object, tasks: Record<LaneName, TaskList>): void {
    const provider = instance as Record<string, Handler>;
    const prototype = Object.getPrototypeOf(instance) as object;
    for (const methodName of this.scanner.getAllMethodNames(prototype)) {
      const method = provider[methodName];
      const job = typeof method === 'function' ? jobOf(method) : undefined;
      if (job && method)
        tasks[job.lane][job.name] = asTask(job.name, method.bind(instance), this.logger);
    }
  }
}
