import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { limitReached } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { subscriptionBehind, subscriptionInactive } from '../subscriptions/subscriptions.errors';
import { CreateInvitationRequest, LookUpInvitationQuery } from './dto/invitation.requests';
import {
  InvitationDetailsResponse,
  InvitationResponse,
  toInvitationDetailsResponse,
  toInvitationResponse,
} from './dto/invitation.responses';
import { InvitationsService } from './invitations.service';
import {
  alreadyMember,
  invitationExpired,
  invitationNotFound,
  invitationRevoked,
  invitationUsed,
} from './team-members.errors';

class InvitationPage extends pageOf(InvitationResponse) {}

@ApiTags('Team')
@Controller('v1/invitations')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'invitations:read',
    action: 'invitation.list',
    summary: 'Invitations, newest first, with their status',
    status: 200,
    answers: InvitationPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<InvitationPage> {
    const { invitations, now } = await this.invitations.list(context, query);
    const toItem = (invitation: (typeof invitations)[number]) =>
      toInvitationResponse(invitation, now);
    return toPage(invitations, query.limit, toItem, ({ createdAt, id }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Post()
  @Access({
    audience: 'dashboard',
    permission: 'invitations:write',
    action: 'invitation.create',
    summary: 'Invite a person by e-mail; only the mail contains the key',
    status: 201,
    answers: InvitationResponse,
    problems: [limitReached, subscriptionInactive, subscriptionBehind, alreadyMember],
    stepUp: ({ role }) => role === 'owner' || role === 'admin',
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateInvitationRequest,
  ): Promise<InvitationResponse> {
    const invitation = await this.invitations.create(context, body);
    return toInvitationResponse(invitation, invitation.createdAt);
  }

  @Get('lookup')
  @Access({
    audience: 'public',
    action: 'invitation.look_up',
    summary: 'The details of an invitation, for the sign-up form; does not use up the key',
    status: 200,
    answers: InvitationDetailsResponse,
    problems: [invitationNotFound, invitationExpired, invitationRevoked, invitationUsed],
  })
  async lookUp(
    @Ctx() context: RequestContext,
    @Query() query: LookUpInvitationQuery,
  ): Promise<InvitationDetailsResponse> {
    const { invitation, details } = await this.invitations.lookUp(context, query.activationKey);
    return toInvitationDetailsResponse(invitation, details);
  }

  @Post(':id/resend')
  @Access({
    audience: 'dashboard',
    permission: 'invitations:write',
    action: 'invitation.resend',
    summary: 'Mail a new link; invalidates the old one',
    status: 202,
    problems: [invitationNotFound, alreadyMember, invitationRevoked, invitationUsed],
  })
  async resend(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.invitations.resend(context, id);
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    permission: 'invitations:write',
    action: 'invitation.revoke',
    summary: 'Revoke an invitation and its link',
    status: 204,
    problems: [invitationNotFound, invitationUsed],
  })
  async revoke(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.invitations.revoke(context, id);
  }
}
