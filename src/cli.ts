import { runCommandLine } from './cli/run-command-line';

const LEFTOVERS_MAY_LIVE_MS = 3_000;

// Ends by itself, so that all output arrives in a pipe; what somebody forgot to close does not keep it.
void runCommandLine(process.argv).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LEFTOVERS_MAY_LIVE_MS).unref();
});
