import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { CONFIG, type Config } from '../config/config';
import { networkOf } from './client-network';
import { limitHeaders, rateLimited } from './rate-limit.errors';

const WINDOW_SECONDS = 60;
const POLICY = 'default';
/** What ends sessions and changes the password keeps working when a thief has spent the rest. */
const OWN_POLICY = 'own_account';
const OWN_LIMIT = 60;

const UNVERIFIED_POLICY = 'unverified';

/** So many more answers are given at once to who is past the limit; later ones wait, or knocking on costs others. */
const QUICK_ANSWERS_PAST_LIMIT = 100;
const WAIT_MS = 500;

/** What must answer when all else is refused, or is sent by somebody who would only send it again: slowed, not refused. */
const UNLIMITED = /^\/(?:health|metrics|v1\/webhooks)(?:\/|$)/;

/**
 * Limits how many requests a caller makes in a minute. In memory, each process for itself: this is about the traffic
 * that a process has to bear. Guessing is another matter, and replicas count it together (GuessLimiter).
 * What has no route never comes here: it costs nothing.
 */
@Injectable()
export class RequestLimiter {
  private readonly limiter: RateLimiterMemory | null;
  private readonly own: RateLimiterMemory | null;

  constructor(@Inject(CONFIG) { rateLimitRequests }: Config) {
    const most = (points: number, keyPrefix: string) =>
      new RateLimiterMemory({ points, keyPrefix, duration: WINDOW_SECONDS });
    this.limiter = rateLimitRequests === null ? null : most(rateLimitRequests, POLICY);
    this.own =
      rateLimitRequests === null ? null : most(Math.min(rateLimitRequests, OWN_LIMIT), OWN_POLICY);
  }

  /** Counts a request of somebody known. @throws 429 rate_limited */
  countCaller(caller: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.count(this.limiter, caller, request, reply);
  }

  /**
   * Counts a request about the caller's own account, 60 a minute at most, apart from everything else.
   * @param subject the route and the session: neither another route nor a stolen session spends it
   * @throws 429 rate_limited
   */
  countOwn(subject: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.count(this.own, `${subject} ${networkOf(request.ip)}`, request, reply);
  }

  /** Counts a request of nobody known, for where it came from. @throws 429 rate_limited */
  countAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.countCaller(networkOf(request.ip), request, reply);
  }

  /**
   * Counts a request with a key that many share: every installed app has the same one. Each of them has the limit,
   * or one of them could use it up for all.
   * @throws 429 rate_limited
   */
  countSharedKey(keyId: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.countCaller(`${keyId} ${networkOf(request.ip)}`, request, reply);
  }

  /**
   * Counts a token that has to be looked up, as many as requests a minute and network. Call `giveBack` when it was good.
   * @throws 429 rate_limited
   */
  async countUnverified(ip: string): Promise<void> {
    if (!this.limiter) return;
    const { isOver, state } = await consume(this.limiter, unverifiedKey(ip));
    if (isOver)
      throw rateLimited(UNVERIFIED_POLICY, this.limiter.points, WINDOW_SECONDS, state.msBeforeNext);
  }

  /** What `countUnverified` has counted was a good token. */
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
    reply.headers(limitHeaders(keyPrefix, points, WINDOW_SECONDS, remainingPoints, msBeforeNext));
    if (isOver) throw rateLimited(keyPrefix, points, WINDOW_SECONDS, msBeforeNext);
  }

  /** Whether this request was counted; one with a broken head is refused before anybody asks who sent it. */
  hasCounted(reply: FastifyReply): boolean {
    return !this.limiter || reply.hasHeader('ratelimit-policy');
  }
}

/** @param pattern the route's own, so that no spelling of its path makes a difference */
export function isLimited(pattern: string): boolean {
  return !UNLIMITED.test(pattern);
}

/** By network: who asks is not known yet where nothing is refused. */
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
): Promise<{ isOver: boolean; state: RateLimiterRes }> {
  try {
    return { isOver: false, state: await limiter.consume(caller) };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { isOver: true, state: refusal };
  }
}
