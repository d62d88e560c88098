import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestContext } from '../../../src/common/request-context';
import { NameResolver } from '../../../src/platform/outbound/name-resolver';
import { OutboundClient } from '../../../src/platform/outbound/outbound-client';

/* A proxy would connect to addresses that nothing has judged. */

const NOWHERE = 'http://127.0.0.1:1';

it.each([
  ['HTTP_PROXY', NOWHERE],
  ['http_proxy', NOWHERE],
  ['ALL_PROXY', NOWHERE],
  ['NODE_USE_ENV_PROXY', '1'],
])('a request goes past what %s names', async (variable, value) => {
  const server = createServer((_, response) => response.end('direct')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = { environment: 'test' as const, webhookAllowedNetworks: ['127.0.0.1'] };
  process.env[variable] = value;
  try {
    const client = new OutboundClient(config, new NameResolver());
    const request = { method: 'GET' as const, url: `http://127.0.0.1:${port}/` };
    const { body } = await client.send(RequestContext.job('mail.send'), request);
    expect(String(body)).toBe('direct');
  } finally {
    delete process.env[variable];
    server.close();
  }
});
