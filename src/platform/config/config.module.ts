import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../logging/logger';
import { CONFIG, type Config } from './config';
import { SecretBox } from './secret-box';

/** What is decided before Nest starts: the configuration and the logger. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config, logger: Logger): DynamicModule {
    const given = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
    ];
    return {
      module: ConfigModule,
      providers: [...given, SecretBox],
      exports: [CONFIG, LOGGER, SecretBox],
    };
  }
}
