import { Module } from '@nestjs/common';
import { TeamMembersController } from './team-members.controller';
import { TeamMembersRepository } from './team-members.repository';
import { TeamMembersService } from './team-members.service';

/** Who belongs to a business. */
@Module({
  controllers: [TeamMembersController],
  providers: [TeamMembersService, TeamMembersRepository],
  exports: [TeamMembersService, TeamMembersRepository],
})
export class TeamMembersModule {}
