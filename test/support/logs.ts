import { PassThrough } from 'node:stream';
import pino, { type Logger } from 'pino';
import { loggerOptions } from '../../src/platform/logging/logger';

export interface Line {
  msg: string;
  requestId?: string;
  traceId?: string;
  spanId?: string;
  businessId?: string;
  actorId?: string;
  supportSessionId?: string;
  job?: { name: string };
}

/** A logger like production's, whose lines are kept. */
export function keepingLogger(): { logger: Logger; lines: () => Line[] } {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const lines = () =>
    written
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  return { logger: pino(loggerOptions({ logLevel: 'info' }), stream), lines };
}
