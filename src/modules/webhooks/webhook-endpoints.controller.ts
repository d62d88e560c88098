import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import {
  ListWebhookDeliveriesQuery,
  toWebhookDeliveryResponse,
  WebhookDeliveryPage,
  WebhookDeliveryResponse,
} from './dto/webhook-delivery';
import {
  CreateWebhookEndpointRequest,
  ReplayWebhooksRequest,
  toWebhookEndpointResponse,
  toWithSecretResponse,
  UpdateWebhookEndpointRequest,
  WebhookEndpointPage,
  WebhookEndpointResponse,
  WebhookEndpointWithSecretResponse,
} from './dto/webhook-endpoint';
import { WebhookDeliveriesService } from './webhook-deliveries.service';
import { WebhookEndpointsService } from './webhook-endpoints.service';
import {
  tooManyWebhookEndpoints,
  webhookDeliveryNotFound,
  webhookEndpointDisabled,
  webhookEndpointNotFound,
  webhookReplayRunning,
} from './webhooks.errors';

@Tag('Webhook endpoints', { description: 'Where events are sent, signed', position: 126 })
@Controller('v1')
export class WebhookEndpointsController {
  constructor(
    private readonly endpoints: WebhookEndpointsService,
    private readonly deliveries: WebhookDeliveriesService,
  ) {}

  @Get('webhook-endpoints')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:read',
    action: 'webhook_endpoint.list',
    summary: 'Where events of the business are sent, newest first',
    status: 200,
    answers: WebhookEndpointPage,
  })
  async list(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<WebhookEndpointPage> {
    const endpoints = await this.endpoints.list(context, query);
    return toPage(endpoints, query.limit, toWebhookEndpointResponse, ({ id, createdAt }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Get('webhook-endpoints/:id')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:read',
    action: 'webhook_endpoint.get',
    summary: 'One endpoint',
    status: 200,
    answers: WebhookEndpointResponse,
    problems: [webhookEndpointNotFound],
  })
  async get(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookEndpointResponse> {
    return toWebhookEndpointResponse(await this.endpoints.get(context, id));
  }

  @Post('webhook-endpoints')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.create',
    stepUp: true,
    summary: 'Send events to a URL; the secret that verifies them is shown only once',
    status: 201,
    answers: WebhookEndpointWithSecretResponse,
    problems: [tooManyWebhookEndpoints],
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateWebhookEndpointRequest,
  ): Promise<WebhookEndpointWithSecretResponse> {
    return toWithSecretResponse(await this.endpoints.create(context, body));
  }

  @Patch('webhook-endpoints/:id')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.update',
    stepUp: true,
    summary: 'Change an endpoint; omitted fields stay',
    status: 200,
    answers: WebhookEndpointResponse,
    problems: [webhookEndpointNotFound],
  })
  async update(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: UpdateWebhookEndpointRequest,
  ): Promise<WebhookEndpointResponse> {
    return toWebhookEndpointResponse(await this.endpoints.update(context, id, body));
  }

  @Delete('webhook-endpoints/:id')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.delete',
    stepUp: true,
    summary: 'Delete an endpoint with its deliveries',
    status: 204,
    problems: [webhookEndpointNotFound],
  })
  async delete(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.endpoints.delete(context, id);
  }

  @Post('webhook-endpoints/:id/rotate-secret')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.rotate_secret',
    stepUp: true,
    summary: 'Replace the secret; both sign for 24 hours',
    description:
      'The secret before the last one ends at once: rotate twice to end a secret that others know.',
    status: 200,
    answers: WebhookEndpointWithSecretResponse,
    problems: [webhookEndpointNotFound],
  })
  async rotateSecret(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookEndpointWithSecretResponse> {
    return toWithSecretResponse(await this.endpoints.rotateSecret(context, id));
  }

  @Post('webhook-endpoints/:id/enable')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.enable',
    summary: 'Go on with the events that follow; those missed are replayed on request',
    status: 200,
    answers: WebhookEndpointResponse,
    problems: [webhookEndpointNotFound],
  })
  async enable(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookEndpointResponse> {
    return toWebhookEndpointResponse(await this.endpoints.enable(context, id));
  }

  @Post('webhook-endpoints/:id/disable')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.disable',
    summary: 'Send nothing more; what waits is given up',
    status: 200,
    answers: WebhookEndpointResponse,
    problems: [webhookEndpointNotFound],
  })
  async disable(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookEndpointResponse> {
    return toWebhookEndpointResponse(await this.endpoints.disable(context, id));
  }

  @Post('webhook-endpoints/:id/test')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.test',
    summary: 'Send an event of the type webhook_endpoint.test',
    status: 202,
    answers: WebhookDeliveryResponse,
    problems: [webhookEndpointNotFound, webhookEndpointDisabled],
  })
  async test(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookDeliveryResponse> {
    return toWebhookDeliveryResponse(await this.deliveries.test(context, id));
  }

  @Post('webhook-endpoints/:id/replay')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:write',
    support: false,
    action: 'webhook_endpoint.replay',
    summary: 'Send the events since a moment again, with the same ids; one replay at a time',
    status: 202,
    answers: WebhookEndpointResponse,
    problems: [webhookEndpointNotFound, webhookEndpointDisabled, webhookReplayRunning],
  })
  async replay(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: ReplayWebhooksRequest,
  ): Promise<WebhookEndpointResponse> {
    return toWebhookEndpointResponse(await this.deliveries.replay(context, id, body.since));
  }

  @Get('webhook-endpoints/:id/deliveries')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_endpoints:read',
    action: 'webhook_delivery.list',
    summary: 'What was sent to an endpoint in the last 30 days, newest first',
    status: 200,
    answers: WebhookDeliveryPage,
    problems: [webhookEndpointNotFound],
  })
  async listDeliveries(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Query() query: ListWebhookDeliveriesQuery,
  ): Promise<WebhookDeliveryPage> {
    const deliveries = await this.deliveries.list(context, id, query);
    return toPage(deliveries, query.limit, toWebhookDeliveryResponse, (delivery) => [
      delivery.createdAt.toISOString(),
      delivery.id,
    ]);
  }

  @Post('webhook-deliveries/:id/redeliver')
  @Access({
    audience: 'dashboard',
    permission: 'webhook_deliveries:write',
    support: false,
    action: 'webhook_delivery.redeliver',
    summary: 'Send one delivery again, at once',
    status: 202,
    answers: WebhookDeliveryResponse,
    problems: [webhookDeliveryNotFound, webhookEndpointDisabled],
  })
  async redeliver(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<WebhookDeliveryResponse> {
    return toWebhookDeliveryResponse(await this.deliveries.redeliver(context, id));
  }
}
