import { Module } from '@nestjs/common';
import './access';
import './features';
import { ApplicationsModule } from './applications/applications.module';
import { DemoBusinessModule } from './seed/demo-business.module';
import { RecordingsModule } from './recordings/recordings.module';

/** What this product adds to the server. Its tables are in schema.ts, its commands in cli/commands.ts. */
@Module({ imports: [ApplicationsModule, RecordingsModule, DemoBusinessModule] })
export class ProductModule {}
