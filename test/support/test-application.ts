import { Agent } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import request, { type Test } from 'supertest';
import { Clock } from '../../src/common/clock';
import type { Config } from '../../src/platform/config/config';
import { createServer } from '../../src/server';
import { ContractCheck } from './contract-check';
import { countRequestsOf } from './statement-counter';
import { testConfig } from './test-config';
import { createTestDatabase, type TestDatabase } from './test-database';
import { TEST_DATE_OFFSET_MS } from './test-date';

type Verb = 'get' | 'post' | 'patch' | 'put' | 'delete' | 'head' | 'options';

/** The whole application in this process, on a database of its own, answering HTTP on a port of its own. */
export class TestApplication {
  /** Connections stay open between requests, as a browser's do. */
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly url: string,
    private readonly contract: ContractCheck | null,
  ) {}

  static async start(
    changes: Partial<Config> = {},
    database?: TestDatabase,
  ): Promise<TestApplication> {
    const own = database ?? (await createTestDatabase());
    const config = testConfig(own.url, changes);
    const app = await createServer(config, pino({ level: config.logLevel }));
    app.get(Clock).moveBy(TEST_DATE_OFFSET_MS);
    countRequestsOf(app.getHttpServer());
    const contract = process.env.CONTRACT === 'check' ? new ContractCheck() : null;
    contract?.watch(app.getHttpAdapter().getInstance());
    await app.listen({ port: 0, host: '127.0.0.1' });
    return new TestApplication(app, own, await app.getUrl(), contract);
  }

  get clock(): Clock {
    return this.app.get(Clock);
  }

  /** A request; `token` goes into the Authorization header. */
  send(verb: Verb, path: string, token?: string): Test {
    const test = request(this.url)[verb](path).agent(this.agent);
    return token ? test.set('authorization', `Bearer ${token}`) : test;
  }

  get = (path: string, token?: string): Test => this.send('get', path, token);
  post = (path: string, token?: string, body?: object): Test =>
    this.send('post', path, token).send(body);
  patch = (path: string, token?: string, body?: object): Test =>
    this.send('patch', path, token).send(body);
  delete = (path: string, token?: string): Test => this.send('delete', path, token);

  /** @throws with CONTRACT=check, what of its answers was not as in openapi.json */
  async stop(): Promise<void> {
    this.agent.destroy();
    await this.app.close();
    await this.database.drop();
    const faults = this.contract?.faults ?? [];
    if (faults.length > 0) throw new Error(`not as in openapi.json:\n${faults.join('\n')}`);
  }
}
