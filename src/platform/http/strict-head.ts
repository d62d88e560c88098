import type { FastifyInstance } from 'fastify';
import { malformedRequest } from '../../common/problems';

/** Refuses heads that two readers would read in two ways, as a proxy before this server might. */
export function refuseAmbiguousHeads(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders, httpVersion } = request.raw;
    const hosts = countHeader(rawHeaders, 'host');
    if (hosts > 1) return done(malformedRequest('the request names more than one host'));
    if (hosts === 0 && httpVersion === '1.1')
      return done(malformedRequest('the request names no host'));
    // Node would take the first. Two credentials are as good as none: which one counts would be a guess.
    if (countHeader(rawHeaders, 'authorization') > 1) delete request.headers.authorization;
    done();
  });
}

/** How many lines have this name; `headers` hides all but the first. By length first: this runs for every request. */
function countHeader(rawHeaders: string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index]!;
    if (given.length === name.length && given.toLowerCase() === name) count += 1;
  }
  return count;
}
