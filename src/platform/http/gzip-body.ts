import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import { unsupportedMediaType } from '../../common/problems';

/** What zlib holds while it unpacks one body: its state, a window of 32 KiB and a buffer of 16. */
export const UNPACKING_BYTES = 64 * 1024;

/** The two names of RFC 9110, section 8.4.1.3. */
const GZIP = /^(?:x-)?gzip$/i;

/** A route that takes gzip bodies; the rest is as for `@RouteConfig`, in whose place it stands. */
export function TakesGzip(config: Omit<FastifyContextConfig, 'takesGzip'>): MethodDecorator {
  return applyDecorators(
    RouteConfig({ ...config, takesGzip: true }),
    ApiHeader({
      name: 'Content-Encoding',
      required: false,
      schema: { type: 'string', enum: ['gzip'] },
      description: 'The body is gzip; the limits of bodies hold for what is unpacked.',
    }),
  );
}

/** @throws 415 unsupported_media_type with `Accept-Encoding` (RFC 9110, section 12.5.3) */
export function assertCodingIsTaken(request: FastifyRequest): void {
  const { 'content-encoding': coding } = request.headers;
  if (coding === undefined || isGzip(request)) return;
  const taken = request.routeOptions.config.takesGzip ? 'gzip' : 'identity';
  const detail = `Content-Encoding: this route takes ${taken === 'gzip' ? 'gzip' : 'none'}`;
  throw unsupportedMediaType({ detail, headers: { 'Accept-Encoding': taken } });
}

export function isGzip({ headers, routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.takesGzip === true && GZIP.test(headers['content-encoding'] ?? '');
}
