import { Global, Module } from '@nestjs/common';
import { GuessLimiter } from './guess-limiter';

@Global()
@Module({ providers: [GuessLimiter], exports: [GuessLimiter] })
export class RateLimitModule {}
