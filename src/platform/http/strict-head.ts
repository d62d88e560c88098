import type { FastifyInstance } from 'fastify';
import { malformedRequest } from '../../common/problems';

/** Refuses headers that two parsers may read differently, as a proxy in front might. */
export function refuseAmbiguousHeads(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders, httpVersion } = request.raw;
    const hosts = countHeader(rawHeaders, 'host');
    if (hosts > 1) return done(malformedRequest('the request names more than one host'));
    if (hosts === 0 && httpVersion === '1.1')
      return done(malformedRequest('the request names no host'));
    // Node would take the first. Two credentials count as none, since either could be meant.
    if (countHeader(rawHeaders, 'authorization') > 1) delete request.headers.authorization;
    done();
  });
}

/**
 * How many lines have this name; `headers` hides all but the first. Compares lengths first: this runs for every
 * request.
 */
function countHeader(rawHeaders: string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index]!;
    if (given.length === name.length && given.toLowerCase() === name) count += 1;
  }
  return count;
}
