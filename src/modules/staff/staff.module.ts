import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { StaffService } from './staff.service';

/** The people who run this installation. */
@Module({ imports: [IdentityModule], providers: [StaffService], exports: [StaffService] })
export class StaffModule {}
