import { runCommandLine } from './cli/run-command-line';

const LEFTOVERS_MAY_LIVE_MS = 3_000;
const FIRST_OF_SIGNALS = 128;

// Ends by itself, so that all output arrives in a pipe; what somebody forgot to close does not keep it.
void runCommandLine(process.argv).then((exitCode) => {
  if (exitCode > FIRST_OF_SIGNALS) process.exit(exitCode); // interrupted work may not go on
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LEFTOVERS_MAY_LIVE_MS).unref();
});
