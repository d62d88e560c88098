import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { Client, type Dispatcher } from 'undici';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { Transaction } from '../database/transaction';
import { AddressRules } from './addresses';
import { NameResolver } from './name-resolver';
import { describeUnreached, OutboundFailure } from './outbound-failure';
import { findUrlFault } from './target-url';

const MOST_BYTES_READ = 65_536;

export interface OutboundRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The first 64 KiB. */
  body: Buffer;
  /** Whether the body ended within them. */
  isComplete: boolean;
  /** Came from one of WEBHOOK_ALLOWED_NETWORKS: what it says is not for tenants to read. */
  isInternal: boolean;
}

/** Where a request may connect to. */
interface Destination {
  addresses: LookupAddress[];
  isInternal: boolean;
}

/**
 * The only way to call a URL that a tenant or an identity provider names. A name is resolved once for each request, and
 * the request connects to the addresses that were judged, so the name cannot lead elsewhere afterwards. Each request has
 * a connection of its own, follows no redirect, knows no proxy variable, and ends after 10 seconds.
 */
@Injectable()
export class OutboundClient {
  /** From the look-up of the name to the last byte that is read. */
  limitMs = 10_000;
  private readonly rules: AddressRules;

  constructor(
    @Inject(CONFIG)
    private readonly config: Pick<Config, 'environment' | 'webhookAllowedNetworks'>,
    private readonly resolver: NameResolver,
  ) {
    this.rules = new AddressRules(config.webhookAllowedNetworks);
  }

  /**
   * Resolves for every status, redirects included.
   * @throws OutboundFailure, and Error while the caller holds a connection of the database
   */
  async send(context: RequestContext, request: OutboundRequest): Promise<OutboundAnswer> {
    assertHoldsNoConnection(context);
    const fault = findUrlFault(request.url, this.config, '/url');
    if (fault) throw new OutboundFailure('address_refused', `The URL ${fault.detail}.`);
    const limit = AbortSignal.timeout(this.limitMs);
    try {
      return await this.within(limit, request, new URL(request.url));
    } catch (error) {
      throw toFailure(error, limit, this.limitMs);
    }
  }

  private async within(
    limit: AbortSignal,
    request: OutboundRequest,
    url: URL,
  ): Promise<OutboundAnswer> {
    const { addresses, isInternal } = await this.findDestination(url.hostname, limit);
    const connect = { lookup: alwaysTo(addresses), timeout: this.limitMs };
    const client = new Client(url.origin, { connect, pipelining: 0 });
    try {
      const answer = await client.request({ ...toOptions(url, request), signal: limit });
      return { ...(await read(answer)), isInternal };
    } finally {
      await client.destroy();
    }
  }

  /** @throws OutboundFailure where all addresses of the name are refused */
  private async findDestination(hostname: string, limit: AbortSignal): Promise<Destination> {
    const found = await Promise.race([this.resolver.resolve(hostname), endOf(limit)]);
    const judged = found.map((each) => ({ each, reach: this.rules.reachOf(each.address) }));
    const open = judged.filter(({ reach }) => reach !== 'refused');
    if (open.length === 0)
      throw new OutboundFailure('address_refused', 'The URL leads to no address that is public.');
    const isInternal = open.some(({ reach }) => reach === 'allowed');
    return { addresses: open.map(({ each }) => each), isInternal };
  }
}

/** A request that waits for another server would keep the connection from all others meanwhile. */
function assertHoldsNoConnection(context: RequestContext): void {
  if (context instanceof Transaction || context.connection?.isHeld)
    throw new Error(`${context.action}: a request to another server inside a transaction`);
}

/** Node does not ask for a literal address; that one has been judged too. */
function alwaysTo(addresses: LookupAddress[]): LookupFunction {
  return (_, { all }, answer) => {
    const [first] = addresses as [LookupAddress];
    if (all) answer(null, addresses);
    else answer(null, first.address, first.family);
  };
}

function toOptions(
  url: URL,
  { method, headers = {}, body }: OutboundRequest,
): Dispatcher.RequestOptions {
  return { method, path: url.pathname + url.search, headers, body: body ?? null };
}

/** Ends the connection at the limit: the rest of an endless answer is not read. */
async function read({
  statusCode: status,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<Omit<OutboundAnswer, 'isInternal'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES_READ) break;
  }
  const read = Buffer.concat(chunks).subarray(0, MOST_BYTES_READ);
  return { status, headers, body: read, isComplete: bytes <= MOST_BYTES_READ };
}

async function endOf(limit: AbortSignal): Promise<never> {
  await once(limit, 'abort');
  throw limit.reason;
}

function toFailure(error: unknown, limit: AbortSignal, limitMs: number): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const late = `No complete answer came within ${limitMs / 1_000} seconds.`;
  if (limit.aborted) return new OutboundFailure('timed_out', late);
  return new OutboundFailure('not_reached', describeUnreached(error), { cause: error });
}
