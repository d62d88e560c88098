import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { MailQueue } from './mail-queue';
import { MailSender } from './mail-sender';

/** Mail: enqueued in a transaction, rendered and sent after its commit. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [MailQueue, MailSender], exports: [MailQueue] })
export class MailModule {}
