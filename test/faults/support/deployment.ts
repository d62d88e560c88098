import { setTimeout as pause } from 'node:timers/promises';
import { signUp, type Customer } from '../../support/customers';
import { ServerProcess } from '../../support/server-process';
import { changeSubscription, insertPlan } from '../../support/subscriptions';
import { until } from '../../support/until';
import { FaultCluster } from './fault-cluster';
import { HttpClient } from './http-client';
import { since } from './scenario';

interface DeploymentOptions {
  replicas?: number;
  customers?: number;
  environment?: Record<string, string>;
  cluster?: FaultCluster;
  /** The address of the database as the servers are told it. */
  databaseUrl?: string;
}

/** Servers and customers on a cluster of their own. */
export class Deployment {
  readonly servers: ServerProcess[] = [];
  readonly customers: Customer[] = [];

  private constructor(
    readonly cluster: FaultCluster,
    private readonly environment: Record<string, string>,
  ) {}

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const cluster = options.cluster ?? (await FaultCluster.start());
    const deployment = new Deployment(cluster, {
      ...options.environment,
      DATABASE_URL: options.databaseUrl ?? cluster.url,
    });
    for (let index = 0; index < (options.replicas ?? 1); index += 1)
      deployment.servers.push(await ServerProcess.start(deployment.environment));
    await deployment.addCustomers(options.customers ?? 2);
    return deployment;
  }

  url(count = 0): string {
    return this.servers[count % this.servers.length]!.url;
  }

  /** A new process in the place of one that has ended, at its address. @returns how long until it was ready */
  async startAgain(index = 0): Promise<number> {
    const { port } = new URL(this.url(index));
    const startedAt = performance.now();
    this.servers[index] = await ServerProcess.start({ ...this.environment, PORT: port });
    await untilReady(this.url(index));
    return since(startedAt);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop('SIGKILL')));
    await this.cluster.drop();
  }

  /** Each may record without end. */
  private async addCustomers(count: number): Promise<void> {
    await insertPlan(this.cluster, 'endless', { recordings: null });
    for (let number = 0; number < count; number += 1) {
      const customer = await signUp(this.servers[0]!);
      await changeSubscription(this.cluster, customer.business.id, { planSlug: 'endless' });
      this.customers.push(customer);
    }
  }
}

/** Asks whether it is ready until it says so, or until it says 503. @returns how long that took */
export async function untilReady(url: string, wanted: 200 | 503 = 200): Promise<number> {
  const client = new HttpClient();
  const startedAt = performance.now();
  await until(`${url} is ${wanted === 200 ? 'ready' : 'not ready'}`, async () => {
    const answer = await client.get(`${url}/health/ready`).catch(() => null);
    if (answer?.status === wanted) return true;
    await pause(20);
    return false;
  });
  client.close();
  return since(startedAt);
}
