import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { messageOf } from '../../common/foreign-text';
import type { Config } from '../config/config';

/** An unavailable collector does not delay shutdown. */
const EXPORT_LIMIT_MS = 5_000;

const MISSING =
  'OTEL_EXPORTER_OTLP_ENDPOINT is set, but spans are not exported: install @opentelemetry/sdk-trace-node, ' +
  '@opentelemetry/exporter-trace-otlp-http and @opentelemetry/resources in the versions of package.json';

export interface TraceExport {
  /** Exports what is left; never throws. */
  stop(): Promise<void>;
}

/**
 * Records spans and exports them by OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` is set and the optional SDK is
 * installed. Call it before the application is created; the other `OTEL_…` variables are those of the SDK.
 */
export async function startTraceExport(
  { otlpEndpoint }: Pick<Config, 'otlpEndpoint'>,
  logger: Logger,
): Promise<TraceExport> {
  const provider = otlpEndpoint && (await createProvider(otlpEndpoint, logger));
  if (!provider) return { stop: () => Promise.resolve() };
  const warn = (message: string) => logger.warn(`spans: ${message}`);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, DiagLogLevel.WARN);
  trace.setGlobalTracerProvider(provider);
  return { stop: () => provider.shutdown().catch((error: unknown) => warn(messageOf(error))) };
}

async function createProvider(endpoint: string, logger: Logger) {
  const sdk = await loadSdk().catch((error: unknown) => {
    logger.warn(`${MISSING} (${messageOf(error)})`);
    return null;
  });
  if (!sdk) return null;
  const { BatchSpanProcessor, NodeTracerProvider, OTLPTraceExporter, ...resources } = sdk;
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_LIMIT_MS,
  });
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': 'tenantry' }))
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  return new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
}

async function loadSdk() {
  const [node, exporter, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  return { ...node, ...exporter, ...resources };
}
