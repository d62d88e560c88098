import { Controller, Get } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { Choice } from '../../common/fields';
import { Tag } from '../../platform/http/tag.decorator';
import { notReady, ReadinessService } from './readiness.service';

export class HealthResponse {
  @Choice('HealthStatus', ['ok'])
  status!: 'ok';
}

@Tag('Operations', { description: 'Health and metrics', position: 170 })
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @Access({
    audience: 'public',
    action: 'health.live',
    everyRole: true,
    summary: 'Liveness: the process runs',
    status: 200,
    answers: HealthResponse,
  })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @Access({
    audience: 'public',
    action: 'health.ready',
    everyRole: true,
    summary:
      'Readiness: the database accepts writes, migrations and queue are present; 503 with the reason otherwise',
    description: 'Queries the database at most once a second.',
    status: 200,
    answers: HealthResponse,
    problems: [notReady],
  })
  async ready(): Promise<HealthResponse> {
    await this.readiness.assertReady();
    return { status: 'ok' };
  }
}
