import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { CONFIG, type Config } from '../config/config';
import { networkOf } from './client-network';
import { limitHeaders, rateLimited } from './rate-limit.errors';

const WINDOW_SECONDS = 60;
const POLICY = 'default';
/** Of all service keys together, for one business. */
const BUSINESS_POLICY = 'business';
/** Ending sessions and changing the password keep working when a thief has used up the rest. */
const OWN_POLICY = 'own_account';
const OWN_LIMIT = 60;

const UNVERIFIED_POLICY = 'unverified';

/** Of a batch: so many are as much as one request. */
const ITEMS_A_REQUEST = 100;

/** This many answers past the limit are immediate; later ones are delayed, so that retries do not load the server. */
const QUICK_ANSWERS_PAST_LIMIT = 100;
const WAIT_MS = 500;

/** Slowed, not refused: probes must be answered, and webhooks would only be sent again. */
const UNLIMITED = /^\/(?:health|metrics|v1\/webhooks)(?:\/|$)/;

/**
 * Limits how many requests a caller makes per minute, in memory of each process: this bounds the traffic of a
 * process. Guesses are counted across replicas (GuessLimiter). Requests without a route are not counted: they cost
 * nothing.
 */
@Injectable()
export class RequestLimiter {
  private readonly limiter: RateLimiterMemory | null;
  private readonly ofBusiness: RateLimiterMemory | null;
  private readonly own: RateLimiterMemory | null;

  constructor(@Inject(CONFIG) { rateLimitRequests }: Config) {
    const most = (points: number, keyPrefix: string) =>
      new RateLimiterMemory({ points, keyPrefix, duration: WINDOW_SECONDS });
    this.limiter = rateLimitRequests === null ? null : most(rateLimitRequests, POLICY);
    this.ofBusiness = rateLimitRequests === null ? null : most(rateLimitRequests, BUSINESS_POLICY);
    this.own =
      rateLimitRequests === null ? null : most(Math.min(rateLimitRequests, OWN_LIMIT), OWN_POLICY);
  }

  /** Counts a request of an authenticated caller. @throws 429 rate_limited */
  countCaller(caller: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.count(this.limiter, caller, request, reply);
  }

  /** Counts a request of a service key for the business that it names, beside `countCaller`. @throws 429 rate_limited */
  countBusiness(businessId: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.count(this.ofBusiness, businessId, request, reply);
  }

  /** Counts the items of a batch past its first hundred, each hundred as a request of its caller. @throws 429 rate_limited */
  countItems(caller: string, items: number): Promise<void> {
    return countFurther(this.limiter, caller, requestsOf(items) - 1);
  }

  /** Counts the items of a batch that name a business, each hundred as a request. @throws 429 rate_limited */
  countItemsOfBusiness(businessId: string, items: number): Promise<void> {
    return countFurther(this.ofBusiness, businessId, requestsOf(items));
  }

  /**
   * Counts a request about the caller's own account, 60 a minute at most, apart from everything else.
   * @param subject the route and the session: neither another route nor a stolen session uses it up
   * @throws 429 rate_limited
   */
  countOwn(subject: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.count(this.own, `${subject} ${networkOf(request.ip)}`, request, reply);
  }

  /** Counts an anonymous request by its address. @throws 429 rate_limited */
  countAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.countCaller(networkOf(request.ip), request, reply);
  }

  /**
   * Counts a request with a shared key: every installed app has the same one. Each address has its own limit, so that
   * one app cannot use it up for all.
   * @throws 429 rate_limited
   */
  countSharedKey(keyId: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.countCaller(`${keyId} ${networkOf(request.ip)}`, request, reply);
  }

  /**
   * Counts a token that must be looked up, as many per network as requests a minute. Call `giveBack` when it was
   * valid.
   * @throws 429 rate_limited
   */
  async countUnverified(ip: string): Promise<void> {
    if (!this.limiter) return;
    const { isOver, state } = await consume(this.limiter, unverifiedKey(ip));
    if (isOver)
      throw rateLimited(UNVERIFIED_POLICY, this.limiter.points, WINDOW_SECONDS, state.msBeforeNext);
  }

  /** The token counted by `countUnverified` was valid. */
  async giveBack(ip: string): Promise<void> {
    await this.limiter?.reward(unverifiedKey(ip));
  }

  private async count(
    limiter: RateLimiterMemory | null,
    caller: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (!limiter) return;
    if (!isLimited(request.routeOptions.url ?? '')) return slowDown(limiter, request);
    const { points, keyPrefix } = limiter;
    const { isOver, state } = await consume(limiter, caller);
    await waitPastLimit(points, state);
    const { remainingPoints, msBeforeNext } = state;
    addHeaders(
      reply,
      limitHeaders(keyPrefix, points, WINDOW_SECONDS, remainingPoints, msBeforeNext),
    );
    if (isOver) throw rateLimited(keyPrefix, points, WINDOW_SECONDS, msBeforeNext);
  }

  /** Whether this request was counted; one with broken headers is refused before authentication. */
  hasCounted(reply: FastifyReply): boolean {
    return !this.limiter || reply.hasHeader('ratelimit-policy');
  }
}

/** @param pattern the route's own, so that the spelling of its path makes no difference */
export function isLimited(pattern: string): boolean {
  return !UNLIMITED.test(pattern);
}

/** A request that is counted twice names both policies: the headers are lists. */
function addHeaders(reply: FastifyReply, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    const before = reply.getHeader(name);
    reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
  }
}

function requestsOf(items: number): number {
  return Math.ceil(items / ITEMS_A_REQUEST);
}

async function countFurther(
  limiter: RateLimiterMemory | null,
  caller: string,
  requests: number,
): Promise<void> {
  if (!limiter || requests < 1) return;
  const { isOver, state } = await consume(limiter, caller, requests);
  const { keyPrefix, points } = limiter;
  if (isOver) throw rateLimited(keyPrefix, points, WINDOW_SECONDS, state.msBeforeNext);
}

/** By network: the caller is not known yet where nothing is refused. */
async function slowDown(limiter: RateLimiterMemory, { ip }: FastifyRequest): Promise<void> {
  const { state } = await consume(limiter, `unlimited ${networkOf(ip)}`);
  await waitPastLimit(limiter.points, state);
}

async function waitPastLimit(limit: number, { consumedPoints }: RateLimiterRes): Promise<void> {
  if (consumedPoints > limit + QUICK_ANSWERS_PAST_LIMIT)
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
}

function unverifiedKey(ip: string): string {
  return `unverified ${networkOf(ip)}`;
}

async function consume(
  limiter: RateLimiterMemory,
  caller: string,
  requests = 1,
): Promise<{ isOver: boolean; state: RateLimiterRes }> {
  try {
    return { isOver: false, state: await limiter.consume(caller, requests) };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { isOver: true, state: refusal };
  }
}
