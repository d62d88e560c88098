import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the build writes the nonce of its styles. */
const NONCE = /__CSP_NONCE__/g;
const NONCE_BYTES = 16;

export const CONSOLE_PATH = '/console/';

/** The paths of mailed links and of `UPGRADE_URL`: the console reads the address and shows the page. */
const LINKED = [
  '/signup',
  '/reset-password',
  '/verify-email',
  '/confirm-email',
  '/undo-email-change',
  '/billing',
  '/webhooks',
  '/notifications',
];

/** Whether the folder has a built console. The API is served without one too. */
export function hasConsole(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}

/**
 * Serves the built console: one page for all its addresses, with a nonce for each answer, and its hashed files, which
 * may be kept for ever.
 */
export function serveConsole(fastify: FastifyInstance, folder: string): void {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const sendPage = (_request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    void reply.header('content-security-policy', policyOf(nonce)).type('text/html; charset=utf-8');
    return reply.send(html.replace(NONCE, nonce));
  };
  for (const path of ['/console', `${CONSOLE_PATH}*`, ...LINKED]) fastify.get(path, sendPage);
  void fastify.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: `${CONSOLE_PATH}assets/`,
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  });
}

/** React Aria writes styles when a dialog opens; the nonce is for them. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Whether this is a browser that opens an address, not a program that asks for data. */
export function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false;
}
