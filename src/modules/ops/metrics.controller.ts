import { Controller, Get, Header, Headers } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Access } from '../../common/access/access.decorator';
import { unauthenticated } from '../../common/problems';
import { ScrapeService } from './scrape.service';

const TEXT = 'What Prometheus scrapes, in its text format';

@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly scrapes: ScrapeService) {}

  @Get()
  @ApiResponse({
    status: 200,
    description: TEXT,
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Access({
    audience: 'public',
    action: 'metrics.read',
    everyRole: true,
    summary: TEXT,
    description: 'Requires `METRICS_TOKEN` as a bearer token where it is set.',
    status: 200,
    problems: [unauthenticated],
  })
  read(@Headers('authorization') authorization?: string): Promise<string> {
    return this.scrapes.scrape(authorization);
  }
}
