import {
  Global,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { outsideLogScope } from '../logging/log-scope';
import { createDataSource, SCHEMA, type Schema } from './data-source';
import { ChangeFeed } from './change-feed';
import { ChangeListener } from './change-listener';
import { Database } from './database';
import { assertSafeRole } from './database-role';
import { assertSearchPath } from './own-schema';

const CHECK = RequestContext.job('database.check_role');

/**
 * The pool, the clock and `Database`. The application supplies entities and migrations: the platform knows no
 * feature.
 */
@Global()
@Module({})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Database');

  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  static forSchema(schema: Schema): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: SCHEMA, useValue: schema },
        { provide: DataSource, inject: [CONFIG, SCHEMA], useFactory: makeDataSource },
        Clock,
        Database,
        ChangeFeed,
        ChangeListener,
      ],
      exports: [Database, Clock, SCHEMA, ChangeFeed, ChangeListener],
    };
  }

  /** Connects here rather than in the constructor, so that the OpenAPI document can be written without a database. */
  async onModuleInit(): Promise<void> {
    await this.dataSource.initialize();
    await this.database.transaction(CHECK, async (tx) => {
      await assertSearchPath((sql) => tx.query(sql));
      await assertSafeRole(
        this.config,
        (sql) => tx.query(sql),
        (fault) => this.logger.warn(fault),
      );
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.drain();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

function makeDataSource(config: Config, schema: Schema): DataSource {
  const logger = new Logger('Database');
  return createDataSource(config, schema, (error) =>
    outsideLogScope(() => logger.warn(`an idle connection was lost: ${error.message}`)),
  );
}
