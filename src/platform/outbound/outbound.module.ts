import { Global, Module } from '@nestjs/common';
import { NameResolver } from './name-resolver';
import { OutboundClient } from './outbound-client';

/** Requests to servers that tenants and identity providers name. */
@Global()
@Module({
  providers: [{ provide: NameResolver, useFactory: () => new NameResolver() }, OutboundClient],
  exports: [NameResolver, OutboundClient],
})
export class OutboundModule {}
