import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RequestContext } from '../../common/request-context';
import type { SignupResponse } from '../../modules/onboarding/dto/signup';
import { SqlCallersService } from '../../modules/usage/sql-callers.service';
import { loadConfig, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { migrate } from '../../platform/database/migrate';
import { openDatabase } from '../../platform/database/open-database';
import { createLogger } from '../../platform/logging/logger';
import { schema } from '../../schema';
import { createServer } from '../../server';
import { checkThenInsert, insertAndConsume, openPool, race } from '../../demo/usage-race';
import { note } from '../support/output';
import { ApiClient } from './api-client';
import { Stage } from './stage';
import { withTemporaryData } from './temporary-data';

const LIMIT = 100;
const CALLERS = 300;

/** `demo:usage`: a limit in another program's transactions, by check-then-insert and by `tenantry.consume`. */
export async function runDemoUsage(): Promise<void> {
  const given = loadConfig();
  await withTemporaryData(async (dataDirectory, signals) => {
    const config: Config = {
      ...{ ...given, dataDirectory, databaseUrl: null, databaseDirectUrl: null },
      ...{ smtpUrl: null, roles: ['web'], logLevel: 'fatal' },
    };
    const database = await openDatabase(config, note);
    try {
      await migrate(database.config, schema);
      const app = await createServer(database.config, createLogger(database.config));
      try {
        await app.listen({ port: 0, host: '127.0.0.1' });
        await signals.unlessInterrupted(() => play(app, database.config.databaseUrl!));
      } finally {
        await app.close();
      }
    } finally {
      await database.release();
    }
  });
}

async function play(app: NestFastifyApplication, url: string): Promise<void> {
  const stage = new Stage();
  const businessId = await prepare(app, url, stage);
  await stage.act(`${CALLERS} callers at once, and a limit of ${LIMIT}`);
  const pool = openPool(url);
  try {
    const track = { businessId, feature: 'exports', table: 'public.exports', limit: LIMIT };
    const checked = await race(pool, track, CALLERS, checkThenInsert);
    await stage.say(`check, then insert:  ${stage.strong(String(checked))} exports`);
    const consumed = await race(pool, track, CALLERS, insertAndConsume);
    await stage.say(`tenantry.consume:    ${stage.strong(String(consumed))} exports`);
  } finally {
    await pool.end();
  }
}

/** A business whose plan grants exports, and a table of another program. */
async function prepare(app: NestFastifyApplication, url: string, stage: Stage): Promise<string> {
  await stage.act('A business, and a program that shares the database');
  const email = `ada-${randomBytes(4).toString('hex')}@example.com`;
  const person = {
    fullName: 'Ada Lovelace',
    email,
    password: randomBytes(12).toString('base64url'),
  };
  const { body } = await new ApiClient(await app.getUrl(), stage).send<SignupResponse>(
    'POST',
    '/v1/auth/signup',
    { body: { businessName: 'Acme', ...person }, expect: 201 },
  );
  const context = RequestContext.job('usage.grant_sql_caller');
  await app.get(Database).platform(context, 'the demo has a feature of its own', async (tx) => {
    for (const sql of PREPARATIONS) await tx.query(sql);
  });
  const role = decodeURIComponent(new URL(url).username);
  await app.get(SqlCallersService).grant(context, role, body.business.id);
  return body.business.id;
}

const PREPARATIONS = [
  `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
   VALUES ('exports', 'Exports', 'metered', 'period', 'team', false, now())`,
  `UPDATE plans SET grants = grants || '{"exports": {"limit": ${LIMIT}, "mode": "hard"}}'`,
  'CREATE TABLE public.exports (id bigserial PRIMARY KEY, way text, business_id uuid)',
];
