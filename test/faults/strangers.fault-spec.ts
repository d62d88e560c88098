import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { aRecording } from '../support/customers';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { Ledger } from './support/ledger';
import { scenario, type Run } from './support/scenario';

/* What unauthenticated clients cost others: each kind sends for seconds while customers record and read. */

const SAMPLES = 300;
const PAUSE_MS = 20;
const CUSTOMERS = 6;
const WORST_FACTOR = 3;
/** A quiet p99 of few milliseconds says nothing of a machine that four processes share. */
const FLOOR_MS = 250;
const MEMORY_LIMIT_MIB = 200;
const REQUEST_LIMIT = 600;

interface Strangers {
  /** Ends them. @returns how often they heard what */
  stop(): Promise<Record<string, number>>;
}

function send(url: string, kind: string, key: string): Strangers {
  const script = join(__dirname, 'support', 'strangers.js');
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [script, url, kind, key], { stdio });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return {
    stop: async () => {
      const closed = once(child, 'close');
      child.kill();
      await closed;
      return JSON.parse(printed) as Record<string, number>;
    },
  };
}

/** What the server's process holds, in MiB. */
function memoryOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line![1]) / 1024);
}

describe('strangers', () => {
  let deployment: Deployment;
  let client: HttpClient;
  let pid: number;
  beforeEach(async () => {
    deployment = await Deployment.start({
      customers: CUSTOMERS,
      environment: {
        RATE_LIMIT_REQUESTS: String(REQUEST_LIMIT),
        STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
        STRIPE_WEBHOOK_SECRET: 'whsec_of_the_tests',
        STRIPE_API_BASE: 'http://127.0.0.1:9',
      },
    });
    client = new HttpClient();
    pid = deployment.servers[0]!.child.pid!;
    await sample(); // warm
  });
  afterEach(async () => {
    client.close();
    await deployment.stop();
  });

  /** Customers who record and read, one after the other, none of them near the limit. */
  async function sample(): Promise<{ p99Ms: number; memoryMiB: number; ledger: Ledger }> {
    const ledger = new Ledger();
    let memoryMiB = 0;
    for (let count = 0; count < SAMPLES; count += 1) {
      const { key, token } = deployment.customers[count % CUSTOMERS]!;
      const url = deployment.url();
      ledger.judge(
        await (count % 4 === 0
          ? client.get(`${url}/v1/usage`, token)
          : client.post(`${url}/v1/recordings`, key, aRecording())),
      );
      memoryMiB = Math.max(memoryMiB, memoryOf(pid));
      await pause(PAUSE_MS);
    }
    return { p99Ms: ledger.percentileMs(0.99), memoryMiB, ledger };
  }

  /** Only these statuses are answered, and others are served as without the attack. */
  async function expectHarmless(kind: string, honest: string[], { note }: Run): Promise<void> {
    const quiet = await sample();
    const before = memoryOf(pid);
    const { key } = deployment.customers[0]!;
    const strangers = send(deployment.url(), kind, key);
    await pause(1_000);
    const noisy = await sample();
    const heard = await strangers.stop();
    const after = await sample();
    note({ 'quiet p99 ms': quiet.p99Ms, "others' p99 ms": noisy.p99Ms });
    note({ 'memory MiB': `${before}, ${noisy.memoryMiB}, ${memoryOf(pid)}` });
    note({
      heard: Object.entries(heard)
        .map(([what, times]) => `${what}×${times}`)
        .join(' '),
    });
    expect(Object.keys(heard).filter((what) => !honest.includes(what))).toEqual([]);
    expect(Object.keys(heard)).not.toEqual([]);
    for (const { ledger } of [quiet, noisy, after]) {
      expect(ledger.offences).toEqual([]);
      expect(Object.keys(ledger.statuses)).toEqual(['200', '201']);
    }
    expect(noisy.p99Ms).toBeLessThanOrEqual(Math.max(FLOOR_MS, WORST_FACTOR * quiet.p99Ms));
    expect(noisy.memoryMiB - before).toBeLessThanOrEqual(MEMORY_LIMIT_MIB);
  }

  scenario('with 8 connections of hostile bodies', (run) =>
    expectHarmless('bodies', ['401', '413', '429'], run),
  );
  scenario('with 500 unfinished bodies of 2 MiB, half of them with a key', (run) =>
    expectHarmless('unfinished', ['401', '429', '503'], run),
  );
  scenario('with 60 connections on /openapi.json', (run) =>
    expectHarmless('document', ['200', '429'], run),
  );
  scenario('with forged webhooks on 20 connections', (run) =>
    expectHarmless('webhooks', ['400', '429', '503'], run),
  );
  scenario('with 20 connections on /health/ready', (run) => expectHarmless('health', ['200'], run));
});
