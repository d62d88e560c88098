import { constants } from 'node:os';

/** The command was told to stop by a signal. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Listens for SIGINT and SIGTERM while a command holds something that must be given back. */
export interface SignalWatch {
  /** The work's result; or an `Interruption` as soon as a signal has come, whatever becomes of the work. */
  unlessInterrupted<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** The first signal interrupts in order, a second one ends the process at once. */
export function watchSignals(): SignalWatch {
  let interrupt: (interruption: Interruption) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
  interrupted.catch(() => undefined); // it may come while nobody waits for it
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
