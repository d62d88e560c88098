import { Global, Module } from '@nestjs/common';
import { DailyLimiter } from './daily-limiter';
import { GuessLimiter } from './guess-limiter';
import { RequestLimiter } from './request-limiter';

@Global()
@Module({
  providers: [DailyLimiter, GuessLimiter, RequestLimiter],
  exports: [DailyLimiter, GuessLimiter, RequestLimiter],
})
export class RateLimitModule {}
