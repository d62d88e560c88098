import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CookieSessions } from './cookie-sessions';
import { CookieSessionsInterceptor } from './cookie-sessions.interceptor';
import { Idempotency } from './idempotency/idempotency';
import { IdempotencyKeysRepository } from './idempotency/idempotency-keys.repository';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor';
import { ItemRefusals } from './item-refusals';
import { ProblemFilter } from './problem.filter';
import { RouteTable } from './route-table';
import { SdkOrigins } from './sdk-origins';
import { ValidationPipe } from './validation';

/** What applies to every route: problems, strict input, idempotent POSTs. */
@Global()
@Module({
  providers: [
    Idempotency,
    IdempotencyKeysRepository,
    ItemRefusals,
    CookieSessions,
    ProblemFilter,
    { provide: APP_FILTER, useExisting: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: CookieSessionsInterceptor }, // outside the next
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_PIPE, useClass: ValidationPipe },
  ],
  exports: [CookieSessions, Idempotency, ItemRefusals, ProblemFilter, RouteTable, SdkOrigins],
})
export class HttpModule {
  /** @param routes filled by the HTTP server as routes are registered */
  static with(routes: RouteTable): DynamicModule {
    const shared = [
      { provide: RouteTable, useValue: routes },
      { provide: SdkOrigins, useValue: routes.sdkOrigins },
    ];
    return { module: HttpModule, providers: shared };
  }
}
