import { Socket } from 'node:net';
import { Client, type QueryResultRow } from 'pg';

const PRESENCE_NAME = 'embedded-postgres-presence';
const CONNECT_LIMIT_MS = 2_000;
const REMAKE_AFTER_MS = 500;

/**
 * The launcher's own connection, as the superuser: it maintains the application's role and database and then stays open
 * for as long as this process uses the server. That is the process's presence, by which the last process knows that it
 * is the last. The kernel closes it for a process that is killed, and PostgreSQL keeps slots for superusers when the
 * pools have taken the rest.
 */
export class LauncherConnection {
  private client: Client;
  private socket = new Socket();
  private isPresence = false;
  private isClosed = false;
  private remaking: NodeJS.Timeout | null = null;

  private constructor(
    private readonly port: number,
    private readonly password: string,
  ) {
    this.client = this.createClient();
  }

  /** Connects on 127.0.0.1; scram proves that the other side knows the password as well. */
  static async open(port: number, password: string): Promise<LauncherConnection> {
    const connection = new LauncherConnection(port, password);
    await connection.connect();
    return connection;
  }

  async query<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    return (await this.client.query<Row>(text)).rows;
  }

  quote(text: string): string {
    return this.client.escapeLiteral(text);
  }

  /** The directory of the cluster that answers, as the server itself sees it. */
  async readClusterDirectory(): Promise<string> {
    const rows = await this.query<{ path: string }>(
      `select current_setting('data_directory') as path`,
    );
    return rows[0]?.path ?? '';
  }

  /** How many other processes use the server. */
  async countOtherPresences(): Promise<number> {
    const rows = await this.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
        where application_name = '${PRESENCE_NAME}' and pid <> pg_backend_pid()`,
    );
    return rows[0]?.others ?? 0;
  }

  /**
   * From now on only marks the presence: the process may end while it is open. Where the database
   * crashes and recovers, the presence is re-established, or others would stop it under this process.
   */
  letProcessEnd(): void {
    this.isPresence = true;
    this.socket.unref();
  }

  /** Resolves when the server has closed its side too, so no process counts this presence any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.remaking) clearTimeout(this.remaking);
    this.socket.ref();
    await this.client.end();
  }

  private createClient(): Client {
    const { port, password, socket } = this;
    const client = new Client({
      ...{ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', ssl: false },
      ...{ application_name: PRESENCE_NAME, connectionTimeoutMillis: CONNECT_LIMIT_MS },
      stream: () => socket,
    });
    // Dropped because the database died: the application's pool reports that.
    client.on('error', () => undefined);
    client.once('end', () => this.remakeLater());
    return client;
  }

  private async connect(): Promise<void> {
    const { socket } = this;
    await this.client.connect().catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  }

  private remakeLater(): void {
    if (!this.isPresence || this.isClosed || this.remaking) return;
    this.remaking = setTimeout(() => void this.remake(), REMAKE_AFTER_MS).unref();
  }

  private async remake(): Promise<void> {
    this.remaking = null;
    this.socket = new Socket().unref();
    this.client = this.createClient();
    await this.connect().catch(() => this.remakeLater());
  }
}
