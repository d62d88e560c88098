import { constants } from 'node:os';

/** The command was told to stop by a signal. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Handles SIGINT and SIGTERM while a command holds something that it must release. */
export interface SignalWatch {
  /** The work's result; or an `Interruption` as soon as a signal arrives. */
  unlessInterrupted<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** The first signal interrupts cleanly, a second one ends the process at once. */
export function watchSignals(): SignalWatch {
  let interrupt: (interruption: Interruption) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
  interrupted.catch(() => undefined); // it may reject while nothing awaits it
  let last: Interruption | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    if (last) process.exit(last.exitCode);
    last = new Interruption(signal);
    interrupt(last);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    unlessInterrupted: (work) => (last ? interrupted : Promise.race([work(), interrupted])),
    end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
