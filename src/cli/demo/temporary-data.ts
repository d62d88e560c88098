import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchSignals, type SignalWatch } from '../support/interruption';

/** Runs a demo on a data directory of its own, which is gone afterwards, also where a signal interrupts it. */
export async function withTemporaryData(
  work: (dataDirectory: string, signals: SignalWatch) => Promise<void>,
): Promise<void> {
  const signals = watchSignals(); // from here on, a signal must not leave a database or its folder behind
  const dataDirectory = mkdtempSync(join(tmpdir(), 'tenantry-demo-'));
  try {
    await work(dataDirectory, signals);
  } finally {
    removeData(dataDirectory);
    signals.end();
  }
}

/** Run by root, the database is elsewhere, behind a link. */
function removeData(dataDirectory: string): void {
  const database = join(dataDirectory, 'postgres');
  const folders = existsSync(database) ? [realpathSync(database), dataDirectory] : [dataDirectory];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
