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
import { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { ChangeFeed } from './change-feed';
import { Database } from './database';

const CHANGES = 'tenantry_changes';
/** append_events rings it. */
const DOORBELL = 'tenantry_events';
const HEARTBEATS = 'tenantry_heartbeats';
const BEAT = RequestContext.job('change_listener.beat');
const BEAT_EVERY_MS = 250;
const FRESH_FOR_MS = 1_000;
/** Heartbeats stop after this long without a caller, until the next one. */
const IDLE_AFTER_MS = 10_000;
const RECONNECT_AFTER_MS = 1_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection without a heartbeat for this long is closed and replaced. */
const SILENT_AFTER_MS = 3_000;

/**
 * Receives changes of other processes. Silence does not mean that nothing changes: the connection may be half open,
 * or a PgBouncer may have dropped the LISTEN. So this process sends itself heartbeats from the pool through the
 * database to the listening connection. NOTIFY keeps the order of commits, so everything committed before a heartbeat
 * was sent has arrived when it does.
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
  private silentSinceMs = 0;
  private currentEpoch = 0;
  private ended = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Numbers the uninterrupted stretches of listening: a value read in another epoch may be stale.
   * @returns null while changes more than a second old may have been missed
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

  onApplicationShutdown(): void {
    const { client } = this;
    this.client = null;
    if (client) hangUp(client);
  }

  private isFresh(): boolean {
    return monotonicMs() - this.heardUntilMs <= FRESH_FOR_MS;
  }

  private start(): void {
    this.silentSinceMs = monotonicMs();
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
    if (monotonicMs() - this.silentSinceMs > SILENT_AFTER_MS)
      return this.lose(this.client, new Error('no heartbeat came over it'));
    const beat = `${this.process} ${monotonicMs()}`;
    await this.database
      .statement(BEAT, 'SELECT pg_notify($1, $2)', [HEARTBEATS, beat])
      .catch(() => undefined); // an unavailable database leaves it stale; callers report that themselves
  }

  private async connect(): Promise<void> {
    if (this.connecting || this.ended || monotonicMs() < this.reconnectAfterMs) return;
    this.connecting = true;
    const client = new Client({
      connectionString: this.config.databaseDirectUrl ?? undefined,
      application_name: 'tenantry-changes',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, null));
    client.on('notification', (notification) => this.hear(notification));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGES}; LISTEN ${DOORBELL}; LISTEN ${HEARTBEATS}`);
      this.take(client);
    } catch (error) {
      this.lose(client, error as Error);
    } finally {
      this.connecting = false;
    }
  }

  /** The application may have stopped while the connection was being made. */
  private take(client: Client): void {
    if (this.ended) return hangUp(client);
    this.client = client;
    this.silentSinceMs = monotonicMs();
  }

  private lose(client: Client, error: Error | null): void {
    if (this.client && this.client !== client) return;
    if (this.client && error)
      this.logger.warn(`the listening connection was lost: ${error.message}`);
    this.client = null;
    this.heardUntilMs = -Infinity;
    this.reconnectAfterMs = monotonicMs() + RECONNECT_AFTER_MS;
    hangUp(client);
  }

  private hear({ channel, payload = '' }: Notification): void {
    if (channel === CHANGES) return this.feed.publish(payload);
    if (channel === DOORBELL) return this.feed.ring(payload);
    const [sender, sentAtMs] = payload.split(' ');
    if (sender !== this.process) return;
    if (!this.isFresh()) this.currentEpoch += 1;
    this.heardUntilMs = Math.max(this.heardUntilMs, Number(sentAtMs));
    this.silentSinceMs = monotonicMs();
  }
}

/** Not `end()`, which waits for the other side: forever, on a half-open connection. */
function hangUp(client: Client): void {
  client.connection.stream.destroy();
}
