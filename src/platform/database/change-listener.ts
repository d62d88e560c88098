import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Client, type Notification } from 'pg';
import { monotonicMs } from '../../common/clock';
import { newId } from '../../common/ids';
import { CONFIG, type Config } from '../config/config';
import { ChangeFeed } from './change-feed';
import { Database } from './database';

const CHANGES = 'tenantry_changes';
const HEARTBEATS = 'tenantry_heartbeats';
const BEAT_EVERY_MS = 250;
const FRESH_FOR_MS = 1_000;
/** Without anybody asking for so long, the beats stop, until somebody asks again. */
const IDLE_AFTER_MS = 10_000;
const RECONNECT_AFTER_MS = 1_000;

/**
 * Hears what other processes change. That a connection is silent does not mean that nothing changes: it may be half
 * open, or a PgBouncer that has forgotten the LISTEN. So this process sends itself heartbeats, from the pool through
 * the database to the listening connection; changes come in the order of their commits, so whatever was committed
 * before a beat was sent has been heard when the beat arrives.
 */
@Injectable()
export class ChangeListener implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(ChangeListener.name);
  private readonly process = newId();
  private client: Client | null = null;
  private connecting = false;
  private reconnectAfterMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private askedAtMs = 0;
  private heardUntilMs = -Infinity;
  private currentEpoch = 0;
  private ended = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Numbers the times in which nothing went unheard: what was read in another one may have changed since.
   * @returns null while this process may have missed changes that are more than a second old
   */
  epoch(): number | null {
    this.askedAtMs = monotonicMs();
    if (!this.timer && !this.ended) this.start();
    return this.isFresh() ? this.currentEpoch : null;
  }

  beforeApplicationShutdown(): void {
    this.ended = true;
    this.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client?.end().catch(() => undefined); // it ends either way
  }

  private isFresh(): boolean {
    return monotonicMs() - this.heardUntilMs <= FRESH_FOR_MS;
  }

  private start(): void {
    this.timer = setInterval(() => void this.beat(), BEAT_EVERY_MS).unref();
    void this.beat();
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private async beat(): Promise<void> {
    if (monotonicMs() - this.askedAtMs > IDLE_AFTER_MS) return this.stop();
    if (!this.client) return this.connect();
    const beat = `${this.process} ${monotonicMs()}`;
    await this.database
      .statement('SELECT pg_notify($1, $2)', [HEARTBEATS, beat])
      .catch(() => undefined); // a database that is away is not fresh, and whoever needs it says so
  }

  private async connect(): Promise<void> {
    if (this.connecting || this.ended || monotonicMs() < this.reconnectAfterMs) return;
    this.connecting = true;
    const client = new Client({
      connectionString: this.config.databaseDirectUrl ?? undefined,
      application_name: 'tenantry-changes',
      keepAlive: true,
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, null));
    client.on('notification', (notification) => this.hear(notification));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGES}; LISTEN ${HEARTBEATS}`);
      this.client = client;
    } catch (error) {
      this.lose(client, error as Error);
    } finally {
      this.connecting = false;
    }
  }

  private lose(client: Client, error: Error | null): void {
    if (this.client && this.client !== client) return;
    if (this.client && error)
      this.logger.warn(`the listening connection was lost: ${error.message}`);
    this.client = null;
    this.heardUntilMs = -Infinity;
    this.reconnectAfterMs = monotonicMs() + RECONNECT_AFTER_MS;
    client.end().catch(() => undefined); // it is broken: there is nothing to say good-bye to
  }

  private hear({ channel, payload = '' }: Notification): void {
    if (channel === CHANGES) return this.feed.publish(payload);
    const [sender, sentAtMs] = payload.split(' ');
    if (sender !== this.process) return;
    if (!this.isFresh()) this.currentEpoch += 1;
    this.heardUntilMs = Math.max(this.heardUntilMs, Number(sentAtMs));
  }
}
