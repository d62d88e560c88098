import { loadConfig, type Config } from '../../platform/config/config';
import { openDatabase } from '../../platform/database/open-database';
import { watchSignals, type SignalWatch } from './interruption';
import { note } from './output';

/**
 * Runs work with the configured database, an embedded one started or found; releases it at the end, also after a
 * failure or a signal.
 * @param work wraps what may be interrupted in `signals.unlessInterrupted`
 * @throws ConfigFaults, Interruption
 */
export async function withDatabase<T>(
  work: (config: Config, signals: SignalWatch) => Promise<T>,
): Promise<T> {
  const given = loadConfig();
  const signals = watchSignals(); // from here on, a signal must not leave a started database behind
  try {
    const database = await openDatabase(given, note);
    try {
      return await work(database.config, signals);
    } finally {
      await database.release();
    }
  } finally {
    signals.end();
  }
}
