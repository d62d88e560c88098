import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

interface Kept {
  bytes: Buffer;
  tag: string;
}

/**
 * A handler for an answer that is constant until the process ends: made and serialised at its first request, and
 * identified by its ETag afterwards (RFC 9110, section 13.1.2).
 */
export function lastingAnswer(type: string, make: () => string): Handler {
  let kept: Kept | null = null;
  return ({ headers }, reply) => {
    const { bytes, tag } = (kept ??= keep(make()));
    void reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    const isKnown = headers['if-none-match']?.split(/\s*,\s*/).includes(tag);
    return isKnown ? reply.code(304).send() : reply.type(type).send(bytes);
  };
}

function keep(text: string): Kept {
  const bytes = Buffer.from(text);
  return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
}
