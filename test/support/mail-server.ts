import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { TestDatabase } from './test-database';
import { until } from './until';

const LOOPBACK = '127.0.0.1';

/** What every delivered mail has. */
export interface ReceivedMail extends Email {
  /** Byte for byte as it came. */
  raw: string;
  /** The recipients of the SMTP envelope, which the headers need not name. */
  recipients: string[];
}

type Answer = (error?: Error | null) => void;

/** A mail server on this machine that speaks SMTP, keeps what it gets, and fails as it is told to. */
export class MailServer {
  /** What it took, in order. */
  readonly mails: ReceivedMail[] = [];
  /** What it read to the end and refused all the same. */
  readonly refused: ReceivedMail[] = [];
  private readonly held: Answer[] = [];
  private readonly kept: (() => void)[] = [];
  private refusal = new Error();
  private refusalsLeft = 0;
  private keepsLeft = 0;
  private dropsLeft = 0;
  private slownessMs = 0;
  private isHanging = false;
  private server: SMTPServer;
  private rude: Server | null = null;

  private constructor(private port: number) {
    this.server = this.create();
  }

  static async start(): Promise<MailServer> {
    const mailServer = new MailServer(0);
    await mailServer.open();
    return mailServer;
  }

  get url(): string {
    return `smtp://${LOOPBACK}:${this.port}`;
  }

  /** The connections that wait for the server's first word. */
  get heldCount(): number {
    return this.held.length;
  }

  /** The mails that it has read and not answered. */
  get keptCount(): number {
    return this.kept.length;
  }

  /** Reads the next mails and says nothing until `letGo`; others are taken meanwhile. */
  keepNext(count: number): void {
    this.keepsLeft = count;
  }

  /** Takes what it has kept. */
  letGo(): void {
    for (const take of this.kept.splice(0)) take();
  }

  /** Refuses the next mails, after it has read them; by default for now. */
  refuseNext(count: number, words = 'try again later', responseCode = 451): void {
    this.refusalsLeft = count;
    this.refusal = refusalOf(responseCode, words);
  }

  /** Hangs up on the next mails, after it has read them and without a word. */
  dropNext(count: number): void {
    this.dropsLeft = count;
  }

  /** Each mail takes it so long from now on. */
  slowDown(milliseconds: number): void {
    this.slownessMs = milliseconds;
  }

  /** From now on it takes connections and says nothing. */
  hang(): void {
    this.isHanging = true;
  }

  /** Works again; waiting clients are disconnected. */
  recover(): void {
    this.isHanging = false;
    for (const answer of this.held.splice(0)) answer(refusalOf(421));
  }

  /** Stops listening. */
  close(): Promise<void> {
    this.recover();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** Greets with these bytes and hangs up, until it is opened again. */
  async greetRudely(words: string): Promise<void> {
    await this.close();
    this.rude = createServer((socket) => socket.on('error', () => undefined).end(`${words}\r\n`));
    await once(this.rude.listen(this.port, LOOPBACK), 'listening');
  }

  /** Listens, where it did before if it did. */
  async open(): Promise<void> {
    if (this.rude) await once(this.rude.close(), 'close');
    this.rude = null;
    this.server = this.create();
    this.server.listen(this.port, LOOPBACK);
    await once(this.server.server, 'listening');
    this.port = (this.server.server.address() as AddressInfo).port;
  }

  mailsTo(address: string, about = ''): ReceivedMail[] {
    const wanted = address.toLowerCase();
    return this.mails.filter(
      ({ recipients, subject = '' }) =>
        subject.includes(about) && recipients.some((each) => each.toLowerCase() === wanted),
    );
  }

  /** Waits for the first mail to this address with these words in its subject, or for the `count`-th. */
  async mailTo(address: string, about = '', count = 1): Promise<ReceivedMail> {
    await until(
      `mail ${count} to ${address} arrives`,
      () => this.mailsTo(address, about).length >= count,
    );
    return this.mailsTo(address, about)[count - 1]!;
  }

  /** Waits for the mail of a row of `mails`, which its Message-ID names. */
  async mailOf(mailId: string): Promise<ReceivedMail> {
    const find = () => this.mails.find(({ messageId }) => messageId?.startsWith(`<${mailId}@`));
    await until(`the mail ${mailId} arrives`, () => find() !== undefined);
    return find()!;
  }

  private create(): SMTPServer {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      closeTimeout: 1,
      onConnect: (_session, answer) => this.greet(answer),
      onData: (stream, session, answer) => void this.take(stream, session).then(answer, answer),
    });
    server.on('error', () => undefined); // of clients that gave up waiting
    return server;
  }

  private greet(answer: Answer): void {
    if (this.isHanging) this.held.push(answer);
    else answer();
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<null> {
    const raw = await buffer(stream);
    const mail = {
      ...(await PostalMime.parse(raw)),
      raw: raw.toString(),
      recipients: session.envelope.rcptTo.map(({ address }) => address),
    };
    if (this.refusalsLeft > 0) {
      this.refusalsLeft -= 1;
      this.refused.push(mail);
      throw this.refusal;
    }
    if (this.dropsLeft > 0) {
      this.dropsLeft -= 1;
      this.refused.push(mail);
      return this.dropConnectionOf(session);
    }
    if (this.keepsLeft > 0) {
      this.keepsLeft -= 1;
      await new Promise<void>((resolve) => this.kept.push(resolve));
    }
    await pause(this.slownessMs);
    this.mails.push(mail);
    return null;
  }

  /** Never answers. */
  private dropConnectionOf(session: SMTPServerSession): Promise<null> {
    const connections = this.server.connections as Set<{ id: string; _socket: Socket }>;
    for (const { id, _socket } of connections) if (id === session.id) _socket.destroy();
    return new Promise(() => undefined);
  }
}

function refusalOf(responseCode: number, words = 'try again later'): Error {
  return Object.assign(new Error(words), { responseCode });
}

/** The link that a mail is about: the only one in its text. */
export function linkIn({ text = '' }: Pick<Email, 'text'>): URL {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  if (links.length !== 1) throw new Error(`a mail with ${links.length} links: ${text}`);
  return new URL(links[0]);
}

/** The one-time key in a mail's link, of any purpose. */
export function keyIn(mail: Pick<Email, 'text'>): string {
  const { searchParams } = linkIn(mail);
  const key = searchParams.get('activationKey') ?? searchParams.get('token');
  if (!key) throw new Error('a link without a key');
  return key;
}

/** It says when what it tells happened, which is when it was requested. */
export function expectDated({ date = '', text }: Pick<Email, 'date' | 'text'>): void {
  expect(text).toContain(new Date(date).toUTCString());
}

/** Everything that a mail's HTML leads to. */
export function targetsIn({ html = '' }: Pick<Email, 'html'>): string[] {
  return [...html.matchAll(/\b(?:href|src|action)\s*=\s*"([^"]*)"/g)].map(([, target = '']) =>
    target.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'),
  );
}

/** Jobs that failed and wait for their next try are due now. */
export async function hurryJobs(database: TestDatabase): Promise<void> {
  await database.query(
    `UPDATE graphile_worker._private_jobs SET run_at = now()
     WHERE locked_at IS NULL AND attempts > 0 AND run_at > now()`,
  );
}

/** Waits until every job is done, those that failed before too. */
export async function finishJobs(database: TestDatabase): Promise<void> {
  await until('all jobs are done', async () => {
    await hurryJobs(database);
    const jobs = await database.query('SELECT FROM graphile_worker._private_jobs LIMIT 1');
    return jobs.length === 0;
  });
}
