import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}

/** The part of an OTLP span that tests read. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 5 consumer. */
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  links: { traceId: string; spanId: string }[];
  /** Code 2: an error. */
  status: { code: number };
}

interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: CollectedSpan[] }[];
  }[];
}

/** A collector on this machine that takes spans by OTLP over HTTP, as JSON, and keeps them. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  readonly services = new Set<string | undefined>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer().listen(0, '127.0.0.1');
    const collector = new TraceCollector(server);
    server.on('request', (request, response) => {
      if (request.method !== 'POST' || request.url !== '/v1/traces')
        return void response.writeHead(404).end();
      json(request).then(
        (body) => {
          collector.keep(body as Export);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        },
        () => response.destroy(),
      );
    });
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private keep({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.services.add(attributeOf(resource, 'service.name') as string | undefined);
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
  }
}

export function attributeOf(
  { attributes }: { attributes: Attribute[] },
  name: string,
): string | number | undefined {
  const { value } = attributes.find(({ key }) => key === name) ?? {};
  return value?.stringValue ?? value?.intValue;
}
