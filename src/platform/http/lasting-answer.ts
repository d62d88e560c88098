import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip, varyByCoding } from './compressed-answers';

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

interface Kept {
  bytes: Buffer;
  compressed: Buffer;
  tag: string;
}

/**
 * A handler for an answer that is constant until the process ends: made, serialised and compressed at its first
 * request, and identified by its ETag afterwards (RFC 9110, section 13.1.2).
 */
export function lastingAnswer(type: string, make: () => string): Handler {
  let kept: Kept | null = null;
  return (request, reply) => {
    const { bytes, compressed, tag } = (kept ??= keep(make()));
    void reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    varyByCoding(reply);
    const isKnown = request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag);
    if (isKnown) return reply.code(304).send();
    void reply.type(type);
    if (!acceptsGzip(request)) return reply.send(bytes);
    return reply.header('content-encoding', 'gzip').send(compressed);
  };
}

/** The tag is weak: compressed or not, it is the same. */
function keep(text: string): Kept {
  const bytes = Buffer.from(text);
  const hash = createHash('sha256').update(bytes).digest('base64url');
  return { bytes, compressed: gzipSync(bytes), tag: `W/"${hash}"` };
}
