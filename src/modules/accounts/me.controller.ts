import { Body, Controller, Delete, Get, Headers, Inject, Patch, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { businessDeactivated, businessNotFound, limitReached } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { toBusinessResponse } from '../businesses/dto/business.response';
import {
  toSessionTokenResponse,
  type SessionTokenResponse,
} from '../identity/dto/session-token.response';
import { passwordTooWeak, sessionNotFound, wrongPassword } from '../identity/identity.errors';
import { toMemberResponse } from '../team-members/dto/member.response';
import {
  alreadyMember,
  invitationExpired,
  invitationForAnotherEmail,
  invitationNotFound,
  invitationRevoked,
  invitationUsed,
} from '../team-members/team-members.errors';
import { sessionOfCompany } from './accounts.errors';
import type { MyAccount } from './accounts.repository';
import { AccountsService } from './accounts.service';
import {
  AcceptInvitationRequest,
  ChangePasswordRequest,
  SwitchBusinessRequest,
  UpdateMeRequest,
} from './dto/account.requests';
import {
  AcceptedInvitationResponse,
  MembershipResponse,
  MeResponse,
  SessionResponse,
  SwitchResponse,
  toSessionResponse,
} from './dto/account.responses';
import { MeService } from './me.service';

class SessionPage extends pageOf(SessionResponse) {}
class MembershipPage extends pageOf(MembershipResponse) {}

@Tag('Me', { description: 'The person and the session that ask', position: 20 })
@Controller('v1')
export class MeController {
  constructor(
    private readonly me: MeService,
    private readonly accounts: AccountsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('me')
  @Access({
    audience: 'dashboard',
    action: 'me.get',
    summary: 'My account, my business if any, and my permissions',
    status: 200,
    answers: MeResponse,
    support: true,
    withoutBusiness: true,
  })
  @RouteConfig({ isHot: true })
  async get(@Ctx() context: RequestContext): Promise<MeResponse> {
    return toMeResponse(await this.me.get(context), context);
  }

  @Patch('me')
  @Access({
    audience: 'dashboard',
    action: 'me.update',
    summary: 'Change my name',
    status: 200,
    answers: MeResponse,
  })
  async update(@Ctx() context: RequestContext, @Body() body: UpdateMeRequest): Promise<MeResponse> {
    return toMeResponse(await this.me.rename(context, body.fullName), context);
  }

  @Post('me/password')
  @Access({
    audience: 'dashboard',
    action: 'password.change',
    stepUp: true,
    summary: 'Change my password; ends my other sessions',
    description: 'A session in a cookie ends too: the answer sets another.',
    status: 204,
    problems: [wrongPassword, passwordTooWeak, rateLimitedProblem],
    idempotency: 'in_steps',
    withoutBusiness: true,
    whileDeactivated: true,
    ownAllowance: true,
    session: 'renewed',
  })
  async changePassword(
    @Ctx() context: RequestContext,
    @Body() body: ChangePasswordRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<SessionTokenResponse | undefined> {
    return this.me.changePassword(context, body, userAgent ?? null);
  }

  @Get('me/sessions')
  @Access({
    audience: 'dashboard',
    action: 'session.list',
    summary: 'My sessions, in all my businesses, newest first',
    status: 200,
    answers: SessionPage,
    withoutBusiness: true,
    whileDeactivated: true,
    ownAllowance: true,
  })
  async listSessions(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<SessionPage> {
    const { sessionId } = context.requirePerson();
    const sessions = await this.me.listSessions(context, query);
    const toItem = (session: (typeof sessions)[number]) => toSessionResponse(session, sessionId);
    return toPage(sessions, query.limit, toItem, ({ createdAt, id }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Delete('me/sessions/:id')
  @Access({
    audience: 'dashboard',
    action: 'session.revoke',
    summary: 'End one of my sessions',
    status: 204,
    problems: [sessionNotFound],
    withoutBusiness: true,
    whileDeactivated: true,
    ownAllowance: true,
  })
  async endSession(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.me.endSession(context, id);
  }

  @Get('me/businesses')
  @Access({
    audience: 'dashboard',
    action: 'me.list_businesses',
    summary: 'The businesses I belong to, the latest joined first',
    status: 200,
    answers: MembershipPage,
    withoutBusiness: true,
    whileDeactivated: true,
  })
  async listBusinesses(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<MembershipPage> {
    const memberships = await this.me.listBusinesses(context, query);
    const toItem = ({ id, name, status, role }: (typeof memberships)[number]) => ({
      id,
      name,
      status,
      role,
      current: id === context.businessId,
    });
    return toPage(memberships, query.limit, toItem, ({ joinedAt, id }) => [
      joinedAt.toISOString(),
      id,
    ]);
  }

  @Post('me/switch')
  @Access({
    audience: 'dashboard',
    action: 'session.switch',
    summary: 'Open a session in another of my businesses; this one stays open',
    status: 200,
    answers: SwitchResponse,
    problems: [businessNotFound, businessDeactivated, sessionOfCompany],
    withoutBusiness: true,
    whileDeactivated: true,
    session: { opened: 'team' },
  })
  async switchTo(
    @Ctx() context: RequestContext,
    @Body() body: SwitchBusinessRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<SwitchResponse> {
    const { opened, place } = await this.accounts.switchTo(
      context,
      body.businessId.toLowerCase(),
      userAgent ?? null,
    );
    const session = toSessionTokenResponse(opened, this.config.sessionAbsoluteDays);
    const { member, business } = place;
    return { session, member: toMemberResponse(member), business: toBusinessResponse(business) };
  }

  @Post('invitations/accept')
  @Access({
    audience: 'dashboard',
    action: 'invitation.accept',
    summary: 'Join the business that invited me',
    status: 201,
    answers: AcceptedInvitationResponse,
    problems: [
      invitationForAnotherEmail,
      invitationNotFound,
      invitationExpired,
      invitationRevoked,
      invitationUsed,
      alreadyMember,
      limitReached,
      businessDeactivated,
    ],
    withoutBusiness: true,
    whileDeactivated: true,
  })
  async acceptInvitation(
    @Ctx() context: RequestContext,
    @Body() body: AcceptInvitationRequest,
  ): Promise<AcceptedInvitationResponse> {
    const { business, member } = await this.accounts.acceptInvitation(context, body.activationKey);
    return { business: toBusinessResponse(business), member: toMemberResponse(member) };
  }
}

function toMeResponse(mine: MyAccount, { permissions }: RequestContext): MeResponse {
  return { ...mine, permissions: [...permissions] };
}
