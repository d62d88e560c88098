import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { hasErrorCode } from './files';

const ANY = 0;

/** The preferred port if it is free on 127.0.0.1, else another. It is not reserved: it may be taken again. */
export async function choosePort(preferred: number | undefined): Promise<number> {
  try {
    return await probePort(preferred ?? ANY);
  } catch (error) {
    if (preferred !== undefined && hasErrorCode(error, 'EADDRINUSE', 'EACCES'))
      return probePort(ANY);
    throw error;
  }
}

async function probePort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return found;
}
