import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock, monotonicMs } from '../../common/clock';
import { defineProblem, type DomainError } from '../../common/problem';
import { RequestContext } from '../../common/request-context';
import { SCHEMA, type Schema } from '../../platform/database/data-source';
import { Database } from '../../platform/database/database';
import { ReadOnlyServerError } from '../../platform/database/database-errors';

export const notReady = defineProblem({
  code: 'not_ready',
  kind: 'unavailable',
  title: 'The server is not ready',
  description:
    'It is starting or stopping, or a dependency is missing; `detail` says which. Send requests elsewhere.',
});

/** How long a result is reused: the route is public, and callers are not limited. */
const ASKED_EVERY_MS = 1_000;

interface State {
  migrations: number;
  queue: boolean;
  isReadOnly: boolean;
}

interface Asked {
  atMs: number;
  isRunning: boolean;
  state: Promise<State>;
}

@Injectable()
export class ReadinessService implements BeforeApplicationShutdown {
  private isStopping = false;
  private asked: Asked | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SCHEMA) private readonly schema: Schema,
  ) {}

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  /**
   * A standby is read-only, and so is a primary configured so. Queries the database at most once a second, and never
   * twice at the same time.
   * @throws 503 not_ready, 503 database_unavailable
   */
  async assertReady(): Promise<void> {
    if (this.isStopping) throw withRetry('the server is stopping');
    const { migrations, queue } = await this.askRarely();
    const missing = this.schema.migrations.length - migrations;
    if (missing > 0) throw withRetry(`${missing} migrations are missing: run the command migrate`);
    if (!queue) throw withRetry('the job queue is missing: run the command migrate');
  }

  private askRarely(): Promise<State> {
    const atMs = this.clock.at(new Date(monotonicMs())).getTime(); // jumps where a test moves the clock
    const { asked } = this;
    if (asked && (asked.isRunning || atMs - asked.atMs < ASKED_EVERY_MS)) return asked.state;
    const asking: Asked = { atMs, isRunning: true, state: this.ask() };
    const settle = () => (asking.isRunning = false);
    asking.state.then(settle, settle);
    this.asked = asking;
    return asking.state;
  }

  private async ask(): Promise<State> {
    const context = RequestContext.job('health.ready'); // shared by all waiting callers
    return this.database.transaction(context, async (tx) => {
      const [state] = await tx.query<State>(STATE);
      if (state!.isReadOnly) throw new ReadOnlyServerError();
      return state!;
    });
  }
}

function withRetry(detail: string): DomainError {
  return notReady({ detail, headers: { 'Retry-After': '5' } });
}

const STATE = `
  SELECT (SELECT count(*)::integer FROM migrations) AS migrations,
         to_regclass('graphile_worker._private_jobs') IS NOT NULL AS queue,
         current_setting('transaction_read_only')::boolean AS "isReadOnly"`;
