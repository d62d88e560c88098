import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { JobResponse, ListJobsQuery, toJobResponse } from './dto/job';
import { JobId } from './job-id';
import { jobNotFailed, jobNotFound } from './jobs.errors';
import { JobsService } from './jobs.service';

class JobPage extends pageOf(JobResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'job.list',
    summary: 'Unfinished jobs, newest first; `state=failed` lists those given up',
    status: 200,
    answers: JobPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListJobsQuery): Promise<JobPage> {
    const jobs = await this.jobs.list(context, query);
    return toPage(jobs, query.limit, toJobResponse, ({ id }) => [id]);
  }

  @Post(':id/retry')
  @Access({
    audience: 'staff',
    action: 'job.retry',
    summary: 'Retry a failed job, with all its tries',
    status: 200,
    answers: JobResponse,
    problems: [jobNotFound, jobNotFailed],
  })
  async retry(@Ctx() context: RequestContext, @JobId() id: string): Promise<JobResponse> {
    return toJobResponse(await this.jobs.retry(context, id));
  }
}
