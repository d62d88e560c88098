import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between this process and the database, and lets nothing through while it is told so. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isSwallowing = false;
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
    const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) });
    const proxy = new TcpProxy(server, url.toString());
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

  /** New connections work again. Old ones stay as they are: whatever was on its way is lost for good. */
  letThrough(): void {
    this.isSwallowing = false;
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
    from.on('data', (bytes) => {
      isBroken ||= this.isSwallowing;
      if (!isBroken) to.write(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
