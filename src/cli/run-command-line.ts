import { loadConfig } from '../platform/config/config';
import { describeFailure, exitCodeOf } from './support/failure';
import { createProgram } from './program';

/** Runs the command that the arguments name. @returns the exit code; errors are printed */
export async function runCommandLine(argv: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
    return 0;
  } catch (error) {
    const message = describeFailure(error);
    process.stderr.write(message);
    if (message && isDebugging()) process.stderr.write(`${(error as Error).stack}\n`);
    return exitCodeOf(error);
  }
}

/** A stack is printed only at LOG_LEVEL debug or trace. */
function isDebugging(): boolean {
  try {
    return ['debug', 'trace'].includes(loadConfig().logLevel);
  } catch {
    return false; // the configuration itself is at fault, and its faults are printed
  }
}
