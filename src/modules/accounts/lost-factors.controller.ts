import { Controller, Delete } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { secondFactorNotFound } from '../identity/second-factors/second-factors.errors';
import { memberNotFound } from '../team-members/team-members.errors';
import { factorSharedWithOthers, ownSecondFactor } from './accounts.errors';
import { LostFactorsService } from './lost-factors.service';

@ApiTags('Team')
@Controller('v1/team-members/:id/second-factor')
export class LostFactorsController {
  constructor(private readonly lost: LostFactorsService) {}

  @Delete()
  @Access({
    audience: 'dashboard',
    permission: 'team_members:reset_factors',
    action: 'team_member.clear_second_factor',
    summary: 'Remove the second factor that a member has lost; ends the sessions of the member',
    description: 'The member and the owner who does it get a mail.',
    status: 204,
    problems: [memberNotFound, secondFactorNotFound, ownSecondFactor, factorSharedWithOthers],
    stepUp: true,
  })
  async clear(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.lost.clear(context, id);
  }
}
