import { createServer, type AddressInfo } from 'node:net';
import { DEFAULT_PORT, type Config } from '../config/config';

const CANDIDATES = 100;

/** The port to listen on. In development a taken port is skipped, unless it was configured. */
export async function choosePort({ port, host, environment }: Config): Promise<number> {
  if (port) return port;
  if (port === 0) return (await tryPort(0, host)) ?? DEFAULT_PORT;
  if (environment === 'production') return DEFAULT_PORT;
  for (let candidate = DEFAULT_PORT; candidate < DEFAULT_PORT + CANDIDATES; candidate += 1) {
    if (await tryPort(candidate, host)) return candidate;
  }
  return DEFAULT_PORT; // all taken: listen will fail and report it
}

/** The port itself (for 0: a free one), or null when it is taken. */
function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen({ port, host, exclusive: true }, () => {
      const { port: bound } = probe.address() as AddressInfo;
      probe.close(() => resolve(bound));
    });
  });
}
