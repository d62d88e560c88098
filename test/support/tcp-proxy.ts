import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { atPort } from './connection';

/** Stands before the database, and fails as a network does while it is told so. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isSwallowing = false;
  private delayMs = 0;
  /** How many connections there have been. */
  accepted = 0;

  private constructor(
    private readonly server: Server,
    /** The address of the database by way of the proxy. */
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<TcpProxy> {
    const target = new URL(databaseUrl);
    const server = createServer((socket) => proxy.carry(socket, target));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const proxy = new TcpProxy(server, atPort(databaseUrl, port));
    return proxy;
  }

  /** How many connections there are. */
  get open(): number {
    return this.sockets.size / 2; // one to each side
  }

  /** From now on bytes of connections, old and new, vanish; connections stay open on both sides. */
  swallow(): void {
    this.isSwallowing = true;
  }

  /** New connections work again. Old ones stay as they are: the bytes in flight are lost. */
  letThrough(): void {
    this.isSwallowing = false;
  }

  /** Both sides of all connections hear RST. New connections work. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Refuses connections until `accept`. */
  async refuse(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  async accept(): Promise<void> {
    this.server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Bytes take so long, each way. */
  delayBy(milliseconds: number): void {
    this.delayMs = milliseconds;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(near: Socket, { hostname, port }: URL): void {
    this.accepted += 1;
    const far = connect(Number(port), hostname);
    this.pass(near, far);
    this.pass(far, near);
  }

  private pass(from: Socket, to: Socket): void {
    let isBroken = false;
    this.sockets.add(from);
    const forward = this.forwarding(to);
    from.on('data', (bytes) => {
      isBroken ||= this.isSwallowing;
      if (!isBroken) forward(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }

  /** Keeps the order, also where the delay becomes shorter. */
  private forwarding(to: Socket): (bytes: Buffer) => void {
    const underWay: Buffer[] = [];
    const deliver = (): boolean => to.writable && to.write(underWay.shift()!);
    return (bytes) => {
      underWay.push(bytes);
      if (this.delayMs > 0 || underWay.length > 1) setTimeout(deliver, this.delayMs);
      else deliver();
    };
  }
}
