import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip, varyByCoding } from '../../platform/http/compressed-answers';

/** Below it, the head of an answer is most of what is sent. */
const COMPRESSED_FROM_BYTES = 1024;

/** A JSON document with its strong tag, made once for all who ask for it. */
export class Document {
  readonly bytes: Buffer;
  readonly tag: string;
  private gzipped: Buffer | null = null;

  constructor(content: object) {
    this.bytes = Buffer.from(JSON.stringify(content));
    this.tag = `"${createHash('sha256').update(this.bytes).digest('base64url')}"`;
  }

  get compressed(): Buffer {
    return (this.gzipped ??= gzipSync(this.bytes, { level: 3 }));
  }
}

/** The document, or 304 where the client has it already (RFC 9110, section 13.1.2). */
export function answerConditionally(
  request: FastifyRequest,
  reply: FastifyReply,
  document: Document,
): FastifyReply {
  const { bytes, tag } = document;
  const known = request.headers['if-none-match'];
  void reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  varyByCoding(reply);
  if (known && names(known, tag)) return reply.code(304).send();
  void reply.code(200).type('application/json; charset=utf-8');
  if (bytes.length < COMPRESSED_FROM_BYTES || !acceptsGzip(request)) return reply.send(bytes);
  // A strong tag stands for the very bytes that it comes with (RFC 9110, section 8.8.1).
  void reply.headers({ etag: `W/${tag}`, 'content-encoding': 'gzip' });
  return reply.send(document.compressed);
}

/** Compared weakly, as If-None-Match is. */
function names(ifNoneMatch: string, tag: string): boolean {
  const tags = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}
