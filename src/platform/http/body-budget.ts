import { overloaded } from '../../common/problems';
import { tooManyBytesAtOnce } from '../rate-limit/rate-limit.errors';

/** One network may use this part of the budget, so exhausting it takes several. */
const PARTS = 4;
/** A chunk of a body costs memory and time, however few bytes it has. */
const LEAST_CHARGE_BYTES = 256;
const RETRY_AFTER_SECONDS = 2;

/** What one request holds of the budget. */
export interface BodyShare {
  /** Charges a chunk that has arrived. @throws 429 rate_limited, 503 overloaded; nothing is charged then */
  charge(bytes: number): void;
  /** Returns all of it; call once the request is over. */
  release(): void;
}

/**
 * Limits the bytes of bodies that a process holds at once, from arrival until the answer is sent, in all and for each
 * client network. Bytes count when they arrive, not when a Content-Length announces them.
 */
export class BodyBudget {
  private heldBytes = 0;
  private readonly heldByNetwork = new Map<string, number>();

  /** @param totalBytes of this process; a quarter of it for each network */
  constructor(private readonly totalBytes: number) {}

  open(network: string): BodyShare {
    let ownBytes = 0;
    return {
      charge: (bytes) => {
        const chargedBytes = Math.max(bytes, LEAST_CHARGE_BYTES);
        this.assertRoom(network, chargedBytes);
        ownBytes += chargedBytes;
        this.add(network, chargedBytes);
      },
      release: () => {
        this.add(network, -ownBytes);
        ownBytes = 0;
      },
    };
  }

  private assertRoom(network: string, bytes: number): void {
    const share = this.totalBytes / PARTS;
    if ((this.heldByNetwork.get(network) ?? 0) + bytes > share)
      throw tooManyBytesAtOnce(share, RETRY_AFTER_SECONDS);
    if (this.heldBytes + bytes > this.totalBytes)
      throw overloaded({ headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } });
  }

  private add(network: string, bytes: number): void {
    this.heldBytes += bytes;
    const held = (this.heldByNetwork.get(network) ?? 0) + bytes;
    if (held > 0) this.heldByNetwork.set(network, held);
    else this.heldByNetwork.delete(network);
  }
}
