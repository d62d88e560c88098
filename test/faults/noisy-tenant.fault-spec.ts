import { setTimeout as pause } from 'node:timers/promises';
import { aRecording, type Customer } from '../support/customers';
import { MailServer } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { Ledger } from './support/ledger';
import { NoisyTenant, type Told } from './support/noisy-tenant';
import { scenario, since, type Run } from './support/scenario';

/* What one tenant with 40 connections costs the others, who record and read at a rate of their own. */

/** The middle one counts: the machine has other work, too. Each has a noisy tenant of its own, with unspent requests. */
const ROUNDS = 3;
const CUSTOMERS = 5;
const SAMPLES = 400;
/** The next request comes whether or not the one before it is answered. */
const EVERY_MS = 25;
const WORST_FACTOR = 3;
/** A quiet p99 of few milliseconds says nothing of two cores that four processes share. */
const FLOOR_MS = 100;
const HONEST = ['200', '201', '429', '503'];
const REQUEST_LIMIT = '600';
const UNLIMITED_MS = 1_000;

const INVITATIONS = 250;
const INVITERS = 10;
/** Of the mail server, so that the invitations take it some seconds. */
const MAIL_TAKES_MS = 200;
const MAIL_FLOOR_MS = 1_000;

describe('one noisy tenant', () => {
  let deployment: Deployment;
  let client: HttpClient;
  let whole: Ledger;
  beforeEach(() => {
    client = new HttpClient();
    whole = new Ledger();
  });
  afterEach(async () => {
    client.close();
    await deployment.stop();
  });

  async function begin(requestLimit: string): Promise<void> {
    const environment = { RATE_LIMIT_REQUESTS: requestLimit };
    deployment = await Deployment.start({ customers: ROUNDS + CUSTOMERS, environment });
    await sample(); // warm
  }

  /** What the other customers see. */
  async function sample(): Promise<Ledger> {
    const ledger = new Ledger();
    const asked = [];
    for (let count = 0; count < SAMPLES; count += 1) {
      asked.push(ask(count, ledger));
      await pause(EVERY_MS);
    }
    await Promise.all(asked);
    expect(ledger.offences).toEqual([]);
    expect(Object.keys(ledger.statuses)).toEqual(['200', '201']);
    return ledger;
  }

  async function ask(count: number, ledger: Ledger): Promise<void> {
    const { key, token } = deployment.customers[ROUNDS + (count % CUSTOMERS)]!;
    const url = deployment.url();
    if (count % 3 === 0) return ledger.judge(await client.get(`${url}/v1/me`, token));
    const recording = aRecording();
    const externalId = String(recording.externalId);
    whole.sent.add(externalId);
    const answer = await client.post(`${url}/v1/recordings`, key, recording);
    for (const each of [ledger, whole]) each.take(externalId, answer);
  }

  async function disturb(kind: 'batches' | 'pages', { key, token }: Customer) {
    const quiet = await sample();
    const tenant = new NoisyTenant(deployment.url(), kind, kind === 'batches' ? key : token);
    await pause(500);
    const noisy = await sample();
    const told = await tenant.stop();
    expect(Object.keys(told.heard).filter((what) => !HONEST.includes(what))).toEqual([]);
    for (const id of told.sent) whole.sent.add(id);
    for (const id of told.acknowledged) whole.acknowledged.add(id);
    return { quiet, noisy, told };
  }

  /** @returns the middle p99 of the others, quiet and noisy */
  async function measure(kind: 'batches' | 'pages', run: Run): Promise<[number, number]> {
    const rounds = [];
    for (const customer of deployment.customers.slice(0, ROUNDS))
      rounds.push(await disturb(kind, customer));
    const [quiet, noisy] = [rounds.map((each) => each.quiet), rounds.map((each) => each.noisy)];
    run.note({ 'quiet p50/p99 ms': percentiles(quiet), "others' p50/p99 ms": percentiles(noisy) });
    run.note({ heard: tally(rounds.map(({ told }) => told)) });
    await expectExact(deployment, whole, run.note);
    return [middleP99Of(quiet), middleP99Of(noisy)];
  }

  async function expectHarmless(kind: 'batches' | 'pages', run: Run): Promise<void> {
    await begin(REQUEST_LIMIT);
    const [quietMs, noisyMs] = await measure(kind, run);
    expect(noisyMs).toBeLessThanOrEqual(Math.max(FLOOR_MS, WORST_FACTOR * quietMs));
  }

  scenario('sends batches with an Idempotency-Key', (run) => expectHarmless('batches', run));
  scenario('reads pages of the dashboard', (run) => expectHarmless('pages', run));
  scenario('sends batches where no limit of requests is set', async (run) => {
    await begin('off');
    const [, noisyMs] = await measure('batches', run);
    expect(noisyMs).toBeLessThanOrEqual(UNLIMITED_MS); // two cores that it shares: no factor is promised
  });
});

describe('250 invitations of one business', () => {
  let mailServer: MailServer;
  let deployment: Deployment;
  let client: HttpClient;
  beforeAll(async () => {
    mailServer = await MailServer.start();
    deployment = await Deployment.start({
      environment: { ROLES: 'web,worker', SMTP_URL: mailServer.url },
    });
    client = new HttpClient();
    mailServer.slowDown(MAIL_TAKES_MS);
  });
  afterAll(async () => {
    client.close();
    await deployment.stop();
    await mailServer.close();
  });

  async function invite(): Promise<string> {
    const email = newEmail('guest');
    const { token } = deployment.customers[0]!;
    const invitation = { email, role: 'viewer' };
    const { status } = await client.post(`${deployment.url()}/v1/invitations`, token, invitation);
    expect(status).toBe(201);
    return email;
  }

  async function inviteMany(): Promise<string[]> {
    const emails = [];
    while (emails.length < INVITATIONS / INVITERS) emails.push(await invite());
    return emails;
  }

  /** @returns how long it took until another person had the mail, in milliseconds */
  async function resetPassword(count: number): Promise<number> {
    const { email } = deployment.customers[1]!;
    const startedAt = performance.now();
    const { status } = await client.post(`${deployment.url()}/v1/auth/password/forgot`, undefined, {
      email,
    });
    expect(status).toBeLessThan(300);
    await mailServer.mailTo(email, 'password', count);
    return since(startedAt);
  }

  scenario('do not hold up the mail that another person waits for', async ({ note }) => {
    const quietMs = await resetPassword(1);
    const emails = (await Promise.all(Array.from({ length: INVITERS }, inviteMany))).flat();
    const busyMs = await resetPassword(2);
    const sentBefore = emails.filter((email) => mailServer.mailsTo(email).length > 0).length;
    const startedAt = performance.now();
    for (const email of emails) await mailServer.mailTo(email);
    note({ 'quiet ms': quietMs, 'behind the invitations ms': busyMs });
    note({ 'invitations sent before': sentBefore, 'the others after ms': since(startedAt) });
    expect(emails.map((email) => mailServer.mailsTo(email).length)).toEqual(emails.map(() => 1));
    expect(sentBefore).toBeLessThan(INVITATIONS);
    expect(busyMs).toBeLessThanOrEqual(Math.max(MAIL_FLOOR_MS, WORST_FACTOR * quietMs));
  });
});

function percentiles(samples: Ledger[]): string {
  return samples.map((each) => `${each.percentileMs(0.5)}/${each.percentileMs(0.99)}`).join(' ');
}

function middleP99Of(samples: Ledger[]): number {
  const sorted = samples.map((each) => each.percentileMs(0.99)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function tally(all: Told[]): string {
  return all
    .map(({ heard }) => Object.entries(heard).map(([what, times]) => `${what}×${times}`))
    .join(' ');
}
