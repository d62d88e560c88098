import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { AuditService } from '../audit/audit.service';
import type { ListJobsQuery } from './dto/job';
import { jobNotFailed, jobNotFound } from './jobs.errors';
import { JobsRepository, type Job } from './jobs.repository';

/** How staff inspect the queue and retry failed jobs. */
@Injectable()
export class JobsService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsRepository,
    private readonly audit: AuditService,
  ) {}

  list(context: RequestContext, query: ListJobsQuery): Promise<Job[]> {
    return this.database.transaction(context, (tx) => this.jobs.list(tx, query));
  }

  /**
   * Retries a failed job with all its tries.
   * @throws 404 job_not_found, 409 job_not_failed
   */
  retry(context: RequestContext, id: string): Promise<Job> {
    return this.database.platform(context, 'the queue belongs to no tenant', async (tx) => {
      const job = await this.jobs.lock(tx, id);
      if (!job) throw jobNotFound();
      if (job.state !== 'failed') throw jobNotFailed({ detail: `The job is ${job.state}.` });
      await this.jobs.retry(tx, id);
      await this.audit.recordJobRetry(tx, job);
      return (await this.jobs.find(tx, id)) ?? job;
    });
  }
}
