import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { SsoController } from './sso.controller';
import { SsoRepository } from './sso.repository';
import { SsoService } from './sso.service';

/** The identity provider of a business. */
@Module({
  imports: [BusinessesModule],
  controllers: [SsoController],
  providers: [SsoService, SsoRepository],
  exports: [SsoService],
})
export class SsoModule {}
