import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Document, Snapshot } from './entitlements.service';

/** Where a conditional request finds its answer. */
interface Sources {
  /** What was read just before, if it may still answer. */
  recent: Snapshot | null;
  read: () => Promise<Snapshot>;
  toDocument: (snapshot: Snapshot) => Document;
}

/**
 * 304 where the client has the document already (RFC 9110, section 13.1.2), without a query where the document that it
 * has was read just before; else the document, read anew.
 */
export async function answerConditionally(
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  { recent, read, toDocument }: Sources,
): Promise<FastifyReply> {
  const known = headers['if-none-match'];
  void reply.headers({ 'cache-control': 'private, no-cache' });
  if (known && recent && names(known, toDocument(recent)))
    return notModified(reply, toDocument(recent));
  const document = toDocument(await read());
  if (known && names(known, document)) return notModified(reply, document);
  return reply
    .header('etag', document.tag)
    .type('application/json; charset=utf-8')
    .send(document.text);
}

/** Compared weakly, as If-None-Match is: a compressed answer has a weak tag. */
function names(ifNoneMatch: string, { tag }: Document): boolean {
  const tags = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}

function notModified(reply: FastifyReply, { tag }: Document): FastifyReply {
  return reply.code(304).header('etag', tag).send();
}
