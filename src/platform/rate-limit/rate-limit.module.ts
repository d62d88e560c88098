import { Global, Module } from '@nestjs/common';
import { GuessLimiter } from './guess-limiter';
import { RequestLimiter } from './request-limiter';

@Global()
@Module({ providers: [GuessLimiter, RequestLimiter], exports: [GuessLimiter, RequestLimiter] })
export class RateLimitModule {}
