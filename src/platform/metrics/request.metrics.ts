import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram, Registry } from 'prom-client';

const LABELS = ['method', 'route', 'status'] as const;
type Label = (typeof LABELS)[number];
type Labels = Record<Label, string | number>;

/** From an SDK read to the longest statement. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts and times every answer by its route's pattern: a path contains ids, and callers choose it. */
@Injectable()
export class RequestMetrics implements OnModuleInit {
  private readonly requests: Counter<Label>;
  private readonly durations: Histogram<Label>;

  constructor(
    registry: Registry,
    private readonly host: HttpAdapterHost,
  ) {
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Answers by route pattern; `unmatched` for requests without a route',
      labelNames: LABELS,
      registers: [registry],
    });
    this.durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the headers of a request to the last byte of its answer',
      labelNames: LABELS,
      buckets: BUCKETS_SECONDS,
      registers: [registry],
    });
  }

  /** Early enough for all routes: Fastify attaches hooks when it gets ready, which is later. Commands have no HTTP. */
  onModuleInit(): void {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const fastify = adapter?.getInstance<FastifyInstance>();
    fastify?.addHook('onResponse', (request, reply, done) => {
      this.observe(request, reply);
      done();
    });
  }

  private observe(request: FastifyRequest, reply: FastifyReply): void {
    const labels = labelsOf(request, reply);
    this.requests.inc(labels);
    this.durations.observe(labels, reply.elapsedTime / 1000);
  }
}

function labelsOf(request: FastifyRequest, reply: FastifyReply): Labels {
  const { method } = request;
  return {
    method: METHODS.has(method) ? method : 'other',
    route: request.routeOptions.url ?? 'unmatched',
    status: reply.statusCode,
  };
}
