import type { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyTooLarge, malformedRequest, unsupportedMediaType } from '../../common/problems';
import type { Config } from '../config/config';
import { networkOf } from '../rate-limit/client-network';
import { BodyBudget } from './body-budget';
import { GrowingBuffer } from './growing-buffer';
import { assertCodingIsTaken, isGzip, UNPACKING_BYTES } from './gzip-body';
import { parseStrictJson } from './strict-json';

const MOST_VALUES = 10_000;

const JSON_IN_UTF8 = /^application\/json(?:\s*;\s*charset=(?:utf-8|"utf-8"))?$/i;
/** Fastify does not read the bodies of these. */
const BODYLESS = /^(?:GET|HEAD|TRACE)$/;

/**
 * Reads bodies instead of Fastify's reader, which keeps every chunk as an object, so that 2 MiB sent byte by byte
 * take 300 MiB, and has no limit for all bodies together. Fastify has also accepted odd spellings of content types
 * without checking the body; only one is accepted here.
 */
export function replaceBodyParsers(fastify: FastifyInstance, config: Config): void {
  const budget = new BodyBudget(config.bodyBudgetBytes);
  fastify.decorateRequest('bodyShare', null);
  fastify.addHook('preParsing', (request, reply, _payload, done) => {
    if (announcesBody(request)) {
      const share = (request.bodyShare = budget.open(networkOf(request.ip)));
      reply.raw.once('close', () => share.release());
    }
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, _payload, done) => {
    new BodyReading(request, done).start();
  });
}

/**
 * Refuses by the headers what would be refused once the body has arrived.
 * @throws 413 body_too_large, 415 unsupported_media_type
 */
export function assertBodyIsWelcome(request: FastifyRequest): void {
  if (BODYLESS.test(request.method)) return;
  const { 'content-length': length = '0', 'content-type': type = '' } = request.headers;
  if (Number(length) > request.routeOptions.bodyLimit) throw bodyTooLarge();
  if (type !== '' || length !== '0') assertIsJson(request);
}

function announcesBody({ method, headers }: FastifyRequest): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return !BODYLESS.test(method) && (length !== '0' || coding !== undefined);
}

/** @throws 415 unsupported_media_type */
function assertIsJson(request: FastifyRequest): void {
  if (!JSON_IN_UTF8.test(request.headers['content-type'] ?? '')) throw unsupportedMediaType();
  assertCodingIsTaken(request);
}

/** Reads one body until its end, the limit of its route, or the end of the budget. */
class BodyReading {
  private readonly received: GrowingBuffer;
  /** Of a gzip body. */
  private readonly unpacked: Gunzip | null;
  private packedBytes = 0;

  constructor(
    private readonly request: FastifyRequest,
    private readonly done: (error: Error | null, body?: unknown) => void,
  ) {
    this.received = new GrowingBuffer(Number(request.headers['content-length'] ?? 0));
    this.unpacked = isGzip(request) ? createGunzip() : null;
  }

  private get source(): Readable {
    return this.unpacked ?? this.request.raw;
  }

  start(): void {
    this.source.on('data', this.take).on('end', this.finish).on('error', this.fail);
    if (this.unpacked) this.unpackInto(this.unpacked);
  }

  /** As it arrives, on zlib's threads. */
  private unpackInto(unpacked: Gunzip): void {
    const { raw, bodyShare } = this.request;
    raw.on('data', this.takePacked).on('error', this.fail).pipe(unpacked);
    this.orEnd(() => bodyShare?.charge(UNPACKING_BYTES));
  }

  /** These have a limit too: empty parts unpack to nothing, however many there are. */
  private readonly takePacked = (piece: Buffer): void => {
    this.packedBytes += piece.length;
    this.orEnd(() => {
      if (this.packedBytes > this.request.routeOptions.bodyLimit) throw bodyTooLarge();
    });
  };

  private readonly take = (piece: Buffer): void => {
    const { bodyShare, routeOptions } = this.request;
    this.orEnd(() => {
      if (this.received.length + piece.length > routeOptions.bodyLimit) throw bodyTooLarge();
      bodyShare?.charge(piece.length);
      this.received.append(piece);
    });
  };

  private orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.end(error as Error);
    }
  }

  private readonly finish = (): void => {
    try {
      this.end(null, this.parse(this.received.bytes()));
    } catch (error) {
      this.end(error as Error);
    }
  };

  private readonly fail = (cause: Error): void => this.end(malformedRequest({ cause }));

  private end(error: Error | null, body?: unknown): void {
    this.source.off('data', this.take).off('end', this.finish).off('error', this.fail);
    if (this.unpacked) this.stopUnpacking(this.unpacked);
    this.done(error, body);
  }

  private stopUnpacking(unpacked: Gunzip): void {
    const { raw } = this.request;
    raw.off('data', this.takePacked).off('error', this.fail).unpipe(unpacked);
    unpacked.destroy();
  }

  /** @throws 400 malformed_request, 413 too_many_values, 415 unsupported_media_type */
  private parse(body: Buffer): unknown {
    const { headers, routeOptions } = this.request;
    if (body.length === 0 && !headers['content-type']) return undefined;
    assertIsJson(this.request);
    const { takesRawBody, mostValues = MOST_VALUES } = routeOptions.config;
    return takesRawBody ? body : parseStrictJson(body, mostValues);
  }
}
