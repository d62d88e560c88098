import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { defineProblem } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { SCHEMA, type Schema } from '../../platform/database/data-source';
import { Database } from '../../platform/database/database';

export const notReady = defineProblem({
  code: 'not_ready',
  kind: 'unavailable',
  title: 'The server is not ready',
  description:
    'It is starting or stopping, or something it stands on is missing; `detail` says what. Send requests elsewhere.',
});

@Injectable()
export class ReadinessService implements BeforeApplicationShutdown {
  private isStopping = false;

  constructor(
    private readonly database: Database,
    @Inject(SCHEMA) private readonly schema: Schema,
  ) {}

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  /** @throws 503 not_ready, 503 database_unavailable */
  async assertReady(context: RequestContext): Promise<void> {
    if (this.isStopping)
      throw notReady({ detail: 'the server is stopping', headers: { 'Retry-After': '5' } });
    const [found] = await this.database.transaction(context, (tx) =>
      tx.query<{ migrations: number; queue: boolean }>(STATE),
    );
    const missing = this.schema.migrations.length - (found?.migrations ?? 0);
    if (missing > 0)
      throw notReady({
        detail: `${missing} migrations are missing: run the command migrate`,
        headers: { 'Retry-After': '5' },
      });
    if (!found?.queue)
      throw notReady({
        detail: 'the job queue is missing: run the command migrate',
        headers: { 'Retry-After': '5' },
      });
  }
}

const STATE = `
  SELECT (SELECT count(*)::integer FROM migrations) AS migrations,
         to_regclass('graphile_worker._private_jobs') IS NOT NULL AS queue`;
