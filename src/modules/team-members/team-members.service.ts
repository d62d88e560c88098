import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { memberNotFound } from './team-members.errors';
import { TeamMembersRepository, type MemberWithPerson } from './team-members.repository';

@Injectable()
export class TeamMembersService {
  constructor(
    private readonly database: Database,
    private readonly members: TeamMembersRepository,
  ) {}

  list(context: RequestContext, query: ListQuery): Promise<MemberWithPerson[]> {
    return this.database.transaction(context, (tx) => this.members.list(tx, query));
  }

  /** @throws 404 team_member_not_found */
  async get(context: RequestContext, id: string): Promise<MemberWithPerson> {
    const member = await this.database.transaction(context, (tx) => this.members.find(tx, id));
    if (!member) throw memberNotFound();
    return member;
  }
}
