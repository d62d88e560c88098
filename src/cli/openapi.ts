import { createServer } from '../server';
import { readConfig } from '../platform/config/config';
import { createOpenApiDocument } from '../platform/http/openapi';
import { createLogger } from '../platform/logging/logger';
import { writeOrCheck } from './generated-file';

/** `openapi`: the contract as a file. Needs no database and no configuration. */
export async function runOpenApi({ check = false }: { check?: boolean }): Promise<void> {
  const content = `${JSON.stringify(await describeRoutes(), null, 2)}\n`;
  writeOrCheck([{ path: 'openapi.json', content, command: 'openapi' }], check);
}

/** The application is made and not started: it connects to nothing, so any configuration will do. */
async function describeRoutes(): Promise<object> {
  const config = readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'error', SECRET_KEY: '-'.repeat(32) });
  const application = await createServer(config, createLogger(config, 'stderr'));
  return createOpenApiDocument(application);
}
