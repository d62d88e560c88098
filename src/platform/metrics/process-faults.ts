import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { Counter, Registry } from 'prom-client';
import { cleanForeignText, messageOf } from '../../common/foreign-text';
import { LOGGER } from '../logging/logger';

/**
 * Unhandled faults of this process. A rejected promise is a result that nothing awaited: other work continues. An
 * exception has interrupted code midway, in an unknown state: the process must end.
 */
@Injectable()
export class ProcessFaults {
  private readonly faults: Counter<'kind'>;
  private hasException = false;

  constructor(
    registry: Registry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.faults = new Counter({
      name: 'process_unhandled_faults_total',
      help: 'Rejected promises that nothing handled, and exceptions that nothing caught',
      labelNames: ['kind'],
      registers: [registry],
    });
    for (const kind of ['rejection', 'exception']) this.faults.inc({ kind }, 0);
  }

  /** @param onException called once, to stop in order; later exceptions are only counted */
  watch(onException: () => void): void {
    process.on('unhandledRejection', (reason) => {
      this.faults.inc({ kind: 'rejection' });
      this.logger.error(
        factsOf(reason),
        `a rejected promise was not handled: ${messageOf(reason)}`,
      );
    });
    process.on('uncaughtException', (error) => {
      this.faults.inc({ kind: 'exception' });
      if (this.hasException) return; // the logger itself may be what throws
      this.hasException = true;
      this.logger.fatal(factsOf(error), `an exception was not caught: ${messageOf(error)}`);
      onException();
    });
  }
}

/** No other property: errors of libraries contain requests and connections, with their secrets. */
function factsOf(thrown: unknown): { code?: string; stack?: string } {
  if (!(thrown instanceof Error)) return {};
  const { code } = thrown as NodeJS.ErrnoException;
  return { code: code && String(code), stack: thrown.stack && cleanForeignText(thrown.stack) };
}
