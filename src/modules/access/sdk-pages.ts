import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { showAnswers } from '../../platform/http/cors';
import { SdkOrigins } from '../../platform/http/sdk-origins';
import type { Credential } from './credential';

/** Lets web pages read the answers of the SDK's routes: those whose origin is one of the key's business or binding. */
@Injectable()
export class SdkPages {
  /**
   * With the credential that they belong to, which is forgotten when they change: every such change is announced for
   * its business.
   */
  private readonly origins = new WeakMap<Credential, Promise<readonly string[]>>();

  constructor(private readonly sdkOrigins: SdkOrigins) {}

  /** Call before the request is refused: a page reads refusals too. */
  async allow(
    credential: Credential | null,
    { headers: { origin } }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    reply.header('vary', 'Origin');
    if (!origin || !credential || reply.hasHeader('access-control-allow-origin')) return;
    if ((await this.originsOf(credential)).includes(origin)) showAnswers(reply, origin);
  }

  private originsOf(credential: Credential): Promise<readonly string[]> {
    const kept = this.origins.get(credential);
    if (kept) return kept;
    const origins = this.ask(credential);
    this.origins.set(credential, origins);
    origins.catch(() => this.origins.delete(credential)); // for the next request to ask again
    return origins;
  }

  private async ask({ businessId, key }: Credential): Promise<readonly string[]> {
    const { source } = this.sdkOrigins;
    return source && businessId && key ? source.listOf(businessId, key.boundTo) : [];
  }
}
