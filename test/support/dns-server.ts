import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const HEADER_BYTES = 12;
const TYPE_A = 1;
const TYPE_TXT = 16;
const NAME_IN_QUESTION = 0xc00c;

/**
 * Answers every question for an IPv4 address with the next of these, round and round; there is none for IPv6. Without
 * addresses it never answers.
 */
export class DnsServer {
  asked = 0;
  /** TXT records, by their name. */
  readonly texts = new Map<string, string>();

  private constructor(
    private readonly socket: Socket,
    private readonly addresses: readonly string[],
  ) {}

  static async start(addresses: readonly string[]): Promise<DnsServer> {
    const socket = createSocket('udp4');
    const server = new DnsServer(socket, addresses);
    socket.on('message', (question, from) => {
      if (addresses.length > 0) socket.send(server.answer(question), from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return server;
  }

  /** For `NameResolver`. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }

  private answer(question: Buffer): Buffer {
    const end = question.indexOf(0, HEADER_BYTES) + 5; // the name ends with 0; type and class follow
    const type = question.readUInt16BE(end - 4);
    const isForIPv4 = type === TYPE_A;
    const text = type === TYPE_TXT ? this.texts.get(nameIn(question)) : undefined;
    const header = Buffer.from(question.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(0x8180, 2); // an answer without an error
    for (const [offset, count] of [1, isForIPv4 || text ? 1 : 0, 0, 0].entries())
      header.writeUInt16BE(count, 4 + 2 * offset);
    const record = isForIPv4 ? [this.nextRecord()] : text ? [toTextRecord(text)] : [];
    return Buffer.concat([header, question.subarray(HEADER_BYTES, end), ...record]);
  }

  private nextRecord(): Buffer {
    const record = Buffer.alloc(16); // its time to live is 0
    record.writeUInt16BE(NAME_IN_QUESTION, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(4, 10);
    const address = this.addresses[this.asked % this.addresses.length]!;
    record.set(address.split('.').map(Number), 12);
    this.asked += 1;
    return record;
  }
}

/** The name that is asked for: labels, each after its length. */
function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER_BYTES; question[at]; at += question[at]! + 1)
    labels.push(question.toString('ascii', at + 1, at + 1 + question[at]!));
  return labels.join('.').toLowerCase();
}

function toTextRecord(text: string): Buffer {
  const record = Buffer.alloc(13 + text.length);
  record.writeUInt16BE(NAME_IN_QUESTION, 0);
  record.writeUInt16BE(TYPE_TXT, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(1 + text.length, 10);
  record.writeUInt8(text.length, 12);
  record.write(text, 13, 'ascii');
  return record;
}
