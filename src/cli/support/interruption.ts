import { EventEmitter } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** SIGPIPE itself comes of closed sockets too, so Node goes on ignoring it. */
const output = new EventEmitter<{ closed: ['SIGPIPE'] }>();

/** The command was told to stop by a signal. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(readonly signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** `| head -1` closes the pipe after a line: that interrupts like a signal, or ends a command that holds nothing. */
export function watchPipes(): void {
  let isBroken = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (isBroken) return; // interrupted work may still write
    isBroken = true;
    if (!output.emit('closed', 'SIGPIPE')) process.exit(new Interruption('SIGPIPE').exitCode);
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

/** Handles SIGINT, SIGTERM and a closed output while a command holds something that it must release. */
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
  for (const signal of SIGNALS) process.on(signal, onSignal);
  output.on('closed', onSignal);
  return {
    unlessInterrupted: (work) => (last ? interrupted : Promise.race([work(), interrupted])),
    end: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      output.off('closed', onSignal);
    },
  };
}
