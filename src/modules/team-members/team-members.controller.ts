import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { limitReached, permissionDenied, reauthenticationRequired } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { MemberResponse, toMemberResponse } from './dto/member.response';
import { AssignRoleRequest } from './dto/invitation.requests';
import { lastOwner, memberNotFound, ownRole, systemMember } from './team-members.errors';
import { TeamMembersService } from './team-members.service';

class MemberPage extends pageOf(MemberResponse) {}

@Tag('Team', { description: 'Members and invitations', position: 40 })
@Controller('v1/team-members')
export class TeamMembersController {
  constructor(private readonly members: TeamMembersService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'team_members:read',
    action: 'team_member.list',
    summary: 'The members of the business, newest first',
    status: 200,
    answers: MemberPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<MemberPage> {
    const members = await this.members.list(context, query);
    return toPage(members, query.limit, toMemberResponse, (member) => [
      member.joinedAt.toISOString(),
      member.id,
    ]);
  }

  @Get(':id')
  @Access({
    audience: 'dashboard',
    permission: 'team_members:read',
    action: 'team_member.get',
    summary: 'One member',
    status: 200,
    answers: MemberResponse,
    problems: [memberNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<MemberResponse> {
    return toMemberResponse(await this.members.get(context, id));
  }

  @Patch(':id')
  @Access({
    audience: 'dashboard',
    permission: 'team_members:assign_roles',
    action: 'team_member.assign_role',
    summary: "Change a member's role; only an owner can appoint or demote an owner",
    status: 200,
    answers: MemberResponse,
    problems: [memberNotFound, ownRole, lastOwner, systemMember],
    stepUp: true,
  })
  async assignRole(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: AssignRoleRequest,
  ): Promise<MemberResponse> {
    return toMemberResponse(await this.members.assignRole(context, id, body.role));
  }

  @Post(':id/deactivate')
  @Access({
    audience: 'dashboard',
    permission: 'team_members:write',
    action: 'team_member.deactivate',
    summary: "Deactivate a member and end the member's sessions here",
    status: 200,
    answers: MemberResponse,
    problems: [memberNotFound, ownRole, lastOwner, systemMember, reauthenticationRequired],
  })
  async deactivate(@Ctx() context: RequestContext, @PathId() id: string): Promise<MemberResponse> {
    return toMemberResponse(await this.members.deactivate(context, id));
  }

  @Post(':id/activate')
  @Access({
    audience: 'dashboard',
    permission: 'team_members:write',
    action: 'team_member.activate',
    summary: 'Activate a member again; it takes a seat',
    status: 200,
    answers: MemberResponse,
    problems: [memberNotFound, systemMember, limitReached, reauthenticationRequired],
  })
  async activate(@Ctx() context: RequestContext, @PathId() id: string): Promise<MemberResponse> {
    return toMemberResponse(await this.members.activate(context, id));
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    action: 'team_member.remove',
    summary: 'Remove a member; every member may remove themselves',
    status: 204,
    support: true,
    problems: [permissionDenied, memberNotFound, lastOwner, systemMember, reauthenticationRequired],
  })
  async remove(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.members.remove(context, id);
  }
}
