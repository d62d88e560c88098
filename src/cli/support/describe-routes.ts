import type { OpenAPIObject } from '@nestjs/swagger';
import { readConfig } from '../../platform/config/config';
import { createOpenApiDocument } from '../../platform/http/openapi';
import { createLogger } from '../../platform/logging/logger';
import { createServer } from '../../server';

/** The contract. The application is created but not started: it connects to nothing, so any configuration will do. */
export async function describeRoutes(): Promise<OpenAPIObject> {
  const config = readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'error', SECRET_KEY: '-'.repeat(32) });
  const application = await createServer(config, createLogger(config, 'stderr'));
  return createOpenApiDocument(application);
}
