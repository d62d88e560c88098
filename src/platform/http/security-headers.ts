import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config';

// The headers of helmet that matter to an API, in one list that is made once: its plugin assembles them for each
// request, which took a third of the time of a short request.

const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Swagger UI is served from here, has inline styles and data: icons, and calls the API. */
const DOCS =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const DOCS_PATH = /^\/docs(?:[/?]|$)/;

/**
 * The headers of every answer. Nothing may be cached: answers contain tokens and tenants' data, page URLs contain
 * keys.
 */
export function securityHeaders({ appUrl }: Pick<Config, 'appUrl'>): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': NOTHING,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // Without includeSubDomains: other subdomains may belong to other servers.
    ...(appUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  };
}

/** The first hook, so that refusals carry the headers too; a route may set another value. */
export function secureAnswers(fastify: FastifyInstance, config: Config): void {
  const headers = securityHeaders(config);
  const headersOfDocs = { ...headers, 'content-security-policy': DOCS };
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(DOCS_PATH.test(request.url) ? headersOfDocs : headers);
    done();
  });
}

/** The policy of an HTML page of this server: its own style and script, by hash, and requests to this server. */
export function policyOfPage(html: string): string {
  const [styles, scripts] = [hashesOf('style', html), hashesOf('script', html)];
  return `${NOTHING}; style-src ${styles}; script-src ${scripts}; connect-src 'self'; img-src 'self'`;
}

function hashesOf(tag: string, html: string): string {
  const blocks = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
  const hashes = blocks.map(([, content = '']) => {
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  });
  return hashes.join(' ') || "'none'";
}
