import { Agent, request } from 'node:http';

const SILENCE_LIMIT_MS = 15_000;

/** An answer, and how long it took to come. */
export interface TimedAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  durationMs: number;
}

interface Sent {
  token?: string;
  body?: object;
}

/** A client that keeps its connections, as an SDK does, and tries nothing twice. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  get(url: string, token?: string): Promise<TimedAnswer> {
    return this.send('GET', url, { token });
  }

  post(url: string, token: string | undefined, body: object): Promise<TimedAnswer> {
    return this.send('POST', url, { token, body });
  }

  /** @throws when the connection breaks, or the server says nothing for 15 seconds */
  send(method: string, url: string, { token, body }: Sent = {}): Promise<TimedAnswer> {
    const startedAt = performance.now();
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString(),
            durationMs: performance.now() - startedAt,
          }),
        );
      });
      sent.setTimeout(SILENCE_LIMIT_MS, () => sent.destroy(new Error('no answer in 15 s')));
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
