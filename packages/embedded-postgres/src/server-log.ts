import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

const LARGEST_LOG_BYTES = 10 * 1024 * 1024;
const LINES_TO_SHOW = 12;

export interface ServerLog {
  /** For the server to write to; the launcher closes its own. */
  readonly descriptor: number;
  /** What this start has written so far, in its last lines. */
  readLastLines(): string;
}

/** Opens the log for one start of the server. It grows within a run only, then starts afresh. */
export function openServerLog(logFile: string): ServerLog {
  const sizeBytes = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes > LARGEST_LOG_BYTES) closeSync(openSync(logFile, 'w', 0o600));
  const startsAtByte = sizeBytes > LARGEST_LOG_BYTES ? 0 : sizeBytes;
  return {
    descriptor: openSync(logFile, 'a', 0o600),
    readLastLines: () => lastLines(readFileSync(logFile).subarray(startsAtByte).toString('utf8')),
  };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-LINES_TO_SHOW).join('\n');
}
