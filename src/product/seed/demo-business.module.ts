import { Module } from '@nestjs/common';
import { IdentityModule } from '../../modules/identity/identity.module';
import { DemoBusinessController } from './demo-business.controller';
import { DemoBusinessService } from './demo-business.service';

/** A business to look around in, for those who try this out. */
@Module({
  imports: [IdentityModule],
  controllers: [DemoBusinessController],
  providers: [DemoBusinessService],
})
export class DemoBusinessModule {}
