import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { MemberResponse, toMemberResponse } from './dto/member.response';
import { memberNotFound } from './team-members.errors';
import { TeamMembersService } from './team-members.service';

class MemberPage extends pageOf(MemberResponse) {}

@ApiTags('Team')
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
}
