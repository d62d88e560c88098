import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { featureNotFound } from '../features/features.errors';
import {
  CheckEntitlementRequest,
  EntitlementCheckResponse,
  toEntitlementCheckResponse,
} from './dto/entitlement-check';
import { EntitlementChecksService } from './entitlement-checks.service';

@ApiTags('Entitlements')
@Controller('v1/entitlements')
export class EntitlementChecksController {
  constructor(private readonly checks: EntitlementChecksService) {}

  @Post('check')
  @Access({
    audience: 'service',
    scope: 'entitlements:read',
    action: 'entitlement.check',
    summary: 'Whether a business may have more of a feature; advice, since it reserves nothing',
    description:
      'Another request may take the rest before yours is counted. Count first, and do the work when it was counted.',
    status: 200,
    answers: EntitlementCheckResponse,
    problems: [featureNotFound],
    idempotency: 'none',
  })
  async check(
    @Ctx() context: RequestContext,
    @Body() body: CheckEntitlementRequest,
  ): Promise<EntitlementCheckResponse> {
    return toEntitlementCheckResponse(await this.checks.check(context, body));
  }
}
