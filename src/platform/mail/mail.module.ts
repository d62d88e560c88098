import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { MailQueue } from './mail-queue';
import { MailSender } from './mail-sender';

/** Mail: asked for in a transaction, made and sent after its commit. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [MailQueue, MailSender], exports: [MailQueue] })
export class MailModule {}
