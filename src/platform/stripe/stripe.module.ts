import { Global, Module } from '@nestjs/common';
import { StripeApi } from './stripe-api';

/** Stripe, where it is configured. */
@Global()
@Module({ providers: [StripeApi], exports: [StripeApi] })
export class StripeModule {}
