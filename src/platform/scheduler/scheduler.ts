import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { RequestContext } from '../../common/request-context';
import { startSpan, untilEnd } from '../../common/trace';
import { CONFIG, type Config } from '../config/config';
import { runInLogScope } from '../logging/log-scope';
import { CronHeartbeats } from './cron-heartbeats';
import { scheduleOf } from './scheduled.decorator';

type Work = (context: RequestContext) => Promise<void>;

/** Runs what is @Scheduled in processes with the `cron` role. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Scheduler.name);
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registry: SchedulerRegistry,
    private readonly heartbeats: CronHeartbeats,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('cron')) return;
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance === 'object' && instance !== null) this.startThoseOf(instance);
    }
  }

  /** Starts no new run and waits for the running ones. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const name of this.registry.getCronJobs().keys()) this.registry.deleteCronJob(name);
    await Promise.all(this.running.values());
  }

  private startThoseOf(instance: object): void {
    const provider = instance as Record<string, Work>;
    const prototype = Object.getPrototypeOf(instance) as object;
    for (const methodName of this.scanner.getAllMethodNames(prototype)) {
      const method = provider[methodName];
      const schedule = typeof method === 'function' ? scheduleOf(method) : undefined;
      if (schedule && method)
        this.start(schedule.name, schedule.cronOf(this.config), method.bind(instance));
    }
  }

  private start(name: string, cron: string, work: Work): void {
    const job = new CronJob(cron, () => this.tick(name, work));
    this.registry.addCronJob(name, job);
    job.start();
  }

  /** A schedule that is still running is not started again: @nestjs/schedule would overlap itself. */
  private tick(name: string, work: Work): void {
    if (this.running.has(name)) return;
    const span = startSpan(`schedule ${name}`, null);
    const trace = span.spanContext();
    const context = RequestContext.job(name).with({ trace });
    const scope = { id: context.requestId, trace, requestContext: context };
    const traced = (of: RequestContext) => untilEnd(span, () => work(of));
    const run = runInLogScope(scope, () => this.run(name, context, traced));
    this.running.set(
      name,
      run.finally(() => this.running.delete(name)),
    );
  }

  private async run(name: string, context: RequestContext, work: Work): Promise<void> {
    try {
      await work(context);
      await this.heartbeats.beat(name);
    } catch (error) {
      this.logger.error(
        `the scheduled ${name} failed; the next run continues: ${(error as Error).message}`,
        (error as Error).stack,
      );
    }
  }
}
