import { runCommandLine } from './cli/run-command-line';
import { watchPipes } from './cli/support/interruption';

const LEFTOVERS_MAY_LIVE_MS = 3_000;
const FIRST_OF_SIGNALS = 128;

watchPipes();

// Exits by itself, so that all output reaches a pipe, even if a handle was left open.
void runCommandLine(process.argv).then((exitCode) => {
  if (exitCode > FIRST_OF_SIGNALS) process.exit(exitCode); // interrupted work must not continue
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LEFTOVERS_MAY_LIVE_MS).unref();
});
