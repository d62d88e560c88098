import { Body, Controller, Delete, Get, Inject, Post, Put } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { DomainRequest, SetSsoRequest, SsoResponse, SsoTestResponse } from './dto/sso';
import { domainNotFound, domainNotProven, domainTaken, ssoNotFound } from './sso.errors';
import { recordNameOf, recordOf, SsoService, type SsoWithDomains } from './sso.service';

const OWNERS = { audience: 'dashboard', permission: 'sso:write', stepUp: true } as const;

@Tag('Sign-in of a business', {
  description: 'Its own identity provider, and the domains of its people',
  position: 60,
})
@Controller('v1')
export class SsoController {
  constructor(
    private readonly sso: SsoService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('business/sso')
  @Access({
    audience: 'dashboard',
    permission: 'sso:read',
    action: 'sso.get',
    summary: 'The identity provider of the business',
    status: 200,
    answers: SsoResponse,
    problems: [ssoNotFound],
  })
  async get(@Ctx() context: RequestContext): Promise<SsoResponse> {
    return this.toResponse(await this.sso.get(context));
  }

  @Put('business/sso')
  @Access({
    ...OWNERS,
    action: 'sso.set',
    summary: 'Set it; what is left out has its default',
    status: 200,
    answers: SsoResponse,
  })
  async set(@Ctx() context: RequestContext, @Body() body: SetSsoRequest): Promise<SsoResponse> {
    return this.toResponse(await this.sso.set(context, body));
  }

  @Delete('business/sso')
  @Access({
    ...OWNERS,
    action: 'sso.remove',
    summary: 'Remove it with its domains: members can no longer log in with it',
    status: 204,
    problems: [ssoNotFound],
  })
  async remove(@Ctx() context: RequestContext): Promise<void> {
    await this.sso.remove(context);
  }

  @Post('business/sso/domains')
  @Access({
    ...OWNERS,
    action: 'sso.prove_domain',
    summary: 'Look for the DNS record of one of its domains',
    status: 200,
    answers: SsoResponse,
    problems: [ssoNotFound, domainNotFound, domainNotProven, domainTaken],
    idempotency: 'none',
  })
  async prove(@Ctx() context: RequestContext, @Body() body: DomainRequest): Promise<SsoResponse> {
    return this.toResponse(await this.sso.proveByDns(context, body.domain));
  }

  @Post('business/sso/test')
  @Access({
    audience: 'dashboard',
    permission: 'sso:write',
    action: 'sso.test',
    summary: 'Ask the provider whether it is there',
    status: 200,
    answers: SsoTestResponse,
    problems: [ssoNotFound],
    idempotency: 'none',
  })
  async test(@Ctx() context: RequestContext): Promise<SsoTestResponse> {
    return { result: await this.sso.test(context) };
  }

  @Post('staff/businesses/:id/sso-domains')
  @Access({
    audience: 'staff',
    action: 'staff_sso.prove_domain',
    summary: 'Say that a domain belongs to a business, having made sure',
    status: 200,
    answers: SsoResponse,
    problems: [ssoNotFound, domainNotFound, domainTaken],
    idempotency: 'none',
    stepUp: true,
  })
  async proveByStaff(
    @Ctx() context: RequestContext,
    @PathId() businessId: string,
    @Body() body: DomainRequest,
  ): Promise<SsoResponse> {
    return this.toResponse(await this.sso.proveByStaff(context.with({ businessId }), body.domain));
  }

  private toResponse({ businessId: _, updatedAt, domains, ...sso }: SsoWithDomains): SsoResponse {
    return {
      ...sso,
      redirectUri: `${this.config.appUrl}/console/sign-in/${sso.id}`,
      domains: domains.map(({ domain, provenAt, proof }) => ({
        domain,
        provenAt: provenAt?.toISOString() ?? null,
        records: [{ name: recordNameOf(domain), value: recordOf({ domain, provenAt, proof }) }],
      })),
      updatedAt: updatedAt.toISOString(),
    };
  }
}
