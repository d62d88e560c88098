import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a noisy tenant heard, and the external ids of its recordings. */
export interface Told {
  /** By status, `429 without Retry-After`, or the code of a broken connection. */
  heard: Record<string, number>;
  sent: string[];
  /** Those that were told to be stored. */
  acknowledged: string[];
}

/** A process that asks over 40 connections, with one credential, until it is told to end. */
export class NoisyTenant {
  private readonly child;
  private printed = '';

  constructor(url: string, kind: 'batches' | 'pages', credential: string) {
    const script = join(__dirname, 'noisy-tenant.js');
    this.child = spawn(process.execPath, [script, url, kind, credential], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
  }

  /** Waits for the answers that are due. */
  async stop(): Promise<Told> {
    const closed = once(this.child, 'close');
    this.child.kill();
    await closed;
    return JSON.parse(this.printed) as Told;
  }
}
