import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { BusinessStatuses } from './business-statuses';
import { ServiceKeysRepository } from './service-keys.repository';
import { ServiceKeysService } from './service-keys.service';
import { StaffServiceKeysController } from './staff-service-keys.controller';

/** The keys of the founder's own back ends. */
@Module({
  imports: [BusinessesModule],
  controllers: [StaffServiceKeysController],
  providers: [ServiceKeysService, ServiceKeysRepository, BusinessStatuses],
  exports: [ServiceKeysService],
})
export class ServiceKeysModule {}
