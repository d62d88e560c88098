import { Body, Controller, Headers, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import { Access } from '../../../common/access/access.decorator';
import type { RequestContext } from '../../../common/request-context';
import { Ctx } from '../../../platform/http/request';
import { Tag } from '../../../platform/http/tag.decorator';
import { webhookSignatureInvalid } from '../billing.errors';
import { WebhookReceivedResponse } from '../dto/inbox';
import { InboxService } from './inbox.service';

const BODY_BYTES = 1024 * 1024;

/** Receives Stripe's webhooks. */
@Tag('Webhooks', { description: 'For Stripe', position: 160 })
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly inbox: InboxService) {}

  @Post('stripe')
  @ApiHeader({ name: 'Stripe-Signature', required: true, schema: { type: 'string' } })
  @ApiBody({ schema: { type: 'object', description: "Stripe's event" } })
  @Access({
    audience: 'public',
    action: 'webhook.receive',
    summary: 'Receive an event of Stripe',
    description:
      'Stored once, however often it is delivered, and answered at once; a job handles it. The signature is verified on the raw bytes.',
    status: 200,
    answers: WebhookReceivedResponse,
    problems: [webhookSignatureInvalid],
    idempotency: 'none',
  })
  @RouteConfig({ bodyLimitBytes: BODY_BYTES, takesRawBody: true })
  async receive(
    @Ctx() context: RequestContext,
    @Body() body: Buffer | undefined,
    @Headers('stripe-signature') signature: string | undefined,
  ): Promise<WebhookReceivedResponse> {
    if (!body || !signature) throw webhookSignatureInvalid();
    return { received: await this.inbox.receive(context, body, signature) };
  }
}
