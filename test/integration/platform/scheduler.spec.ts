import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { RequestContext } from '../../../src/common/request-context';
import type { Config } from '../../../src/platform/config/config';
import { ConfigModule } from '../../../src/platform/config/config.module';
import { DatabaseModule } from '../../../src/platform/database/database.module';
import { currentLogIds, type LogIds } from '../../../src/platform/logging/log-scope';
import { PinoLoggerService } from '../../../src/platform/logging/logger';
import { runsOn } from '../../../src/platform/scheduler/scheduled.decorator';
import { SchedulerModule } from '../../../src/platform/scheduler/scheduler.module';
import { keepingLogger } from '../../support/logs';
import { testConfig } from '../../support/test-config';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { Gate, until } from '../../support/until';

const NAME = 'test.work';
const NEVER = '0 0 31 12 *';

/** Does what the test says, and remembers its runs. */
@Injectable()
class Work {
  readonly runs: { context: RequestContext; ids: LogIds }[] = [];
  next: () => Promise<void> = () => Promise.resolve();

  @runsOn({ name: NAME, cronOf: () => NEVER })
  async run(context: RequestContext): Promise<void> {
    this.runs.push({ context, ids: currentLogIds() });
    await this.next();
  }
}

@Module({ providers: [Work] })
class WorkModule {}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const { logger, lines } = keepingLogger();

function start(...roles: Config['roles'][number][]): Promise<INestApplicationContext> {
  const config = testConfig(database.url, { roles });
  return NestFactory.createApplicationContext(
    {
      module: WorkModule,
      imports: [
        ConfigModule.with(config, logger),
        DatabaseModule.forSchema({ entities: [], migrations: [] }),
        SchedulerModule,
      ],
    },
    { logger: new PinoLoggerService(logger), abortOnError: false },
  );
}

const scheduleOf = (app: INestApplicationContext) => app.get(SchedulerRegistry, { strict: false });
const tick = (app: INestApplicationContext) => void scheduleOf(app).getCronJob(NAME).fireOnTick();
const beats = () =>
  database.query<{ ran_at: Date }>('SELECT ran_at FROM cron_heartbeats WHERE name = $1', [NAME]);

describe('a process with the role cron', () => {
  let app: INestApplicationContext;
  let work: Work;
  beforeEach(async () => {
    app = await start('cron');
    work = app.get(Work);
    await database.query('DELETE FROM cron_heartbeats');
  });
  afterEach(() => app.close());

  it('runs what is scheduled, in a trace of its own, and leaves a heartbeat', async () => {
    tick(app);
    await until('the heartbeat is there', async () => (await beats()).length === 1);
    tick(app);
    await until('it has run twice', () => work.runs.length === 2);
    const [first, second] = work.runs;
    expect(first!.context).toMatchObject({ action: NAME, actor: { kind: 'job' } });
    expect(first!.ids).toMatchObject({ requestId: first!.context.requestId });
    expect(first!.ids.traceId).toBe(first!.context.trace!.traceId);
    expect(second!.ids.traceId).not.toBe(first!.ids.traceId);
  });

  it('does not start a run that is still going, and the next one after it', async () => {
    const gate = new Gate();
    work.next = () => gate.opened;
    for (let ticks = 0; ticks < 3; ticks += 1) tick(app);
    expect(work.runs).toHaveLength(1);
    gate.open();
    await until('the heartbeat is there', async () => (await beats()).length === 1);
    await until('it runs again', () => {
      tick(app);
      return work.runs.length > 1;
    });
  });

  it('logs a run that fails, without a heartbeat, and runs again', async () => {
    work.next = () => Promise.reject(new Error('not this time'));
    tick(app);
    const told = () => lines().find(({ msg }) => String(msg).includes('not this time'));
    await until('it is in the log', () => told() !== undefined);
    expect(told()).toMatchObject({
      msg: `the scheduled ${NAME} failed; the next run continues: not this time`,
      traceId: work.runs[0]!.context.trace!.traceId,
    });
    expect(await beats()).toEqual([]);
    work.next = () => Promise.resolve();
    await until('the heartbeat is there', async () => {
      tick(app);
      return (await beats()).length === 1;
    });
  });

  it('waits at its end for the run that is going, and starts no other', async () => {
    const gate = new Gate();
    let hasEnded = false;
    work.next = () => gate.opened.then(() => void (hasEnded = true));
    tick(app);
    const closed = app.close().then(() => hasEnded);
    await until('there is no schedule any more', () => !scheduleOf(app).doesExist('cron', NAME));
    gate.open();
    expect(await closed).toBe(true);
    expect(work.runs).toHaveLength(1);
    expect(await beats()).toHaveLength(1);
  });
});

it('a process without the role cron schedules nothing', async () => {
  const app = await start('web', 'worker');
  expect([...scheduleOf(app).getCronJobs().keys()]).toEqual([]);
  await app.close();
});
