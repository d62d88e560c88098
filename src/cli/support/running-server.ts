import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PORT, type Config } from '../../platform/config/config';

const PATIENCE_MS = 3_000;
/** To listen on; a client on the same machine connects to the loopback address. */
const LOOPBACK_OF: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** Null where no server in development has written down its address, which need not have port 3000. */
export function readAddress({ dataDirectory }: Pick<Config, 'dataDirectory'>): string | null {
  const file = join(dataDirectory, 'server.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url : null;
}

/** Where a server of this configuration answers to clients on this machine. */
export function addressOf(config: Pick<Config, 'dataDirectory' | 'host' | 'port'>): string {
  const host = LOOPBACK_OF[config.host] ?? config.host;
  return readAddress(config) ?? `http://${host}:${config.port ?? DEFAULT_PORT}`;
}

/** Whether a Tenantry server answers at this address. */
export async function isServing(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${url}/health/live`, { signal });
    return response.ok && ((await response.json()) as { status?: string }).status === 'ok';
  } catch {
    return false; // nothing listens there, or another service does
  }
}
