import { Body, Controller, Delete, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { emailChangeNotFound, emailChangeTokenInvalid } from './accounts.errors';
import {
  ChangeEmailRequest,
  ConfirmedEmailChangeResponse,
  EmailChangeTokenRequest,
  OwnEmailResponse,
  toOwnEmailResponse,
} from './dto/email-changes';
import { EmailChangesService } from './email-changes.service';

const OWN = { audience: 'dashboard', withoutBusiness: true, whileDeactivated: true } as const;

@ApiTags('Me')
@Controller('v1')
export class EmailChangesController {
  constructor(private readonly changes: EmailChangesService) {}

  @Get('me/email')
  @Access({
    ...OWN,
    action: 'email_change.get',
    summary: 'My address, and the one that waits to take its place',
    status: 200,
    answers: OwnEmailResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<OwnEmailResponse> {
    return toOwnEmailResponse(await this.changes.get(context));
  }

  @Post('me/email')
  @Access({
    ...OWN,
    action: 'email_change.request',
    summary: 'Change my address: both get a mail, and both confirm within 24 hours',
    description:
      'In place of an earlier request. The answer is the same where another person has the address.',
    status: 202,
    answers: OwnEmailResponse,
    problems: [rateLimitedProblem],
    stepUp: true,
  })
  async request(
    @Ctx() context: RequestContext,
    @Body() body: ChangeEmailRequest,
  ): Promise<OwnEmailResponse> {
    return toOwnEmailResponse(await this.changes.request(context, body.email));
  }

  @Delete('me/email')
  @Access({
    ...OWN,
    action: 'email_change.cancel',
    summary: 'Cancel the change of my address that waits',
    status: 204,
    problems: [emailChangeNotFound],
  })
  async cancel(@Ctx() context: RequestContext): Promise<void> {
    await this.changes.cancel(context);
  }

  @Post('auth/email/change/confirm')
  @Access({
    audience: 'public',
    action: 'email_change.confirm',
    summary: 'Confirm a change of address with the key from the mail to the old or the new one',
    description: 'With both, the address changes; for a week, the old one can undo it.',
    status: 200,
    answers: ConfirmedEmailChangeResponse,
    problems: [emailChangeTokenInvalid, rateLimitedProblem],
    idempotency: 'in_steps',
  })
  confirm(
    @Ctx() context: RequestContext,
    @Body() { token }: EmailChangeTokenRequest,
  ): Promise<ConfirmedEmailChangeResponse> {
    return this.changes.confirm(context, token);
  }

  @Post('auth/email/change/undo')
  @Access({
    audience: 'public',
    action: 'email_change.undo',
    summary: 'Take the old address back, with the key from the mail to it; ends every session',
    status: 204,
    problems: [emailChangeTokenInvalid, rateLimitedProblem],
    idempotency: 'in_steps',
  })
  async undo(
    @Ctx() context: RequestContext,
    @Body() { token }: EmailChangeTokenRequest,
  ): Promise<void> {
    await this.changes.undo(context, token);
  }
}
