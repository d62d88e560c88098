import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import request from 'supertest';
import { createServer } from '../../src/server';
import { testConfig } from '../support/test-config';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

describe('a process without the role web', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    const config = { ...testConfig(database.url), roles: ['worker', 'cron'] as const };
    app = await createServer(config, pino({ level: 'fatal' }));
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('answers %s', async (path) => {
    expect((await request(await app.getUrl()).get(path)).status).toBe(200);
  });

  it.each([
    ['get', '/v1/plans'],
    ['get', '/v1/me'],
    ['post', '/v1/auth/login'],
    ['post', '/v1/usage-events'],
    ['put', '/v1/plans'],
    ['get', '/docs'],
    ['get', '/problems/not_ready'],
    ['get', '/nothing'],
  ] as const)('has no route %s %s', async (verb, path) => {
    const answer = await request(await app.getUrl())[verb](path);
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'route_not_found' }]);
  });
});
