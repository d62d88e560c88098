import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { Config } from '../config/config';
import { currentLogIds } from './log-scope';

/** The injection token of pino's logger. */
export const LOGGER = Symbol('Logger');

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'key',
  'activationKey',
];

/**
 * Lines for a person on a terminal, JSON everywhere else.
 * @param output where they go; commands print their output to standard output, so their log goes elsewhere
 */
export function createLogger(
  config: Pick<Config, 'logLevel' | 'environment'>,
  output: 'stdout' | 'stderr' = 'stdout',
): Logger {
  const options = loggerOptions(config);
  const destination = process[output].fd;
  if (config.environment === 'production' || !process[output].isTTY)
    return pino(options, output === 'stdout' ? linesOfATurn() : pino.destination(destination));
  const target = 'pino-pretty';
  const style = { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', singleLine: true };
  return pino({ ...options, transport: { target, options: { ...style, destination } } });
}

/**
 * Writes the lines of one turn of the event loop at once: a system call for each took a tenth of a busy process. They
 * are written before the next turn, and when the process ends by itself.
 */
function linesOfATurn(): DestinationStream {
  const output = pino.destination(process.stdout.fd);
  let lines = '';
  const flush = () => {
    if (lines !== '') output.write(lines);
    lines = '';
  };
  process.on('exit', flush);
  const write = (line: string) => {
    if (lines === '') setImmediate(flush);
    lines += line;
  };
  return { write };
}

/** What every line carries: the ids of the request or job that wrote it, and no secret. */
export function loggerOptions({ logLevel }: Pick<Config, 'logLevel'>): LoggerOptions {
  const redact = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]);
  return { level: logLevel, redact, base: undefined, mixin: currentLogIds };
}

/** Routes Nest's own messages, and `new Logger(name)` everywhere, through pino. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    const context = details.at(-1);
    const stack = details.length > 1 ? details[0] : undefined;
    this.logger.error(
      { context, stack },
      message instanceof Error ? (message.stack ?? message.message) : String(message),
    );
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
