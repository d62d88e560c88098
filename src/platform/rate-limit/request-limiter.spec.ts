import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../../common/problem';
import type { Config } from '../config/config';
import { isLimited, RequestLimiter } from './request-limiter';

const REQUEST = { routeOptions: { url: '/v1/me' }, ip: '203.0.113.9' } as FastifyRequest;

/** A reply that records its headers. */
function newReply(): { reply: FastifyReply; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  const reply = {
    getHeader: (name: string) => headers[name],
    header: (name: string, value: string) => Object.assign(headers, { [name]: value }),
  };
  return { reply: reply as unknown as FastifyReply, headers };
}

describe('RequestLimiter', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const limiterOf = (rateLimitRequests: number | null) =>
    new RequestLimiter({ rateLimitRequests } as Config);
  const count = async (limiter: RequestLimiter, caller = 'ada'): Promise<string> => {
    const { reply, headers } = newReply();
    try {
      await limiter.countCaller(caller, REQUEST, reply);
      return `in ${headers.RateLimit}`;
    } catch (error) {
      return `out ${headers.RateLimit} ${(error as DomainError).headers['Retry-After']}`;
    }
  };

  it('allows as many as configured, until the minute is over', async () => {
    const limiter = limiterOf(2);
    expect(await count(limiter)).toBe('in "default";r=1;t=60');
    jest.advanceTimersByTime(20_500);
    expect(await count(limiter)).toBe('in "default";r=0;t=40');
    jest.advanceTimersByTime(39_499);
    expect(await count(limiter)).toBe('out "default";r=0;t=1 1');
    jest.advanceTimersByTime(1);
    expect(await count(limiter)).toBe('in "default";r=1;t=60');
  });

  it('does not extend the wait of a caller that keeps trying', async () => {
    const limiter = limiterOf(1);
    for (let knocks = 0; knocks < 50; knocks += 1) await count(limiter);
    jest.advanceTimersByTime(60_000);
    expect(await count(limiter)).toMatch(/^in/);
  });

  it('delays each refusal by half a second after a hundred of them', async () => {
    const limiter = limiterOf(1);
    for (let knocks = 0; knocks < 101; knocks += 1) await count(limiter);
    let answer = '';
    void count(limiter).then((given) => (answer = given));
    await jest.advanceTimersByTimeAsync(499);
    expect(answer).toBe('');
    await jest.advanceTimersByTimeAsync(1);
    expect(answer).toMatch(/^out/);
    expect(await count(limiter, 'another')).toMatch(/^in/);
  });

  it('slows down, and never refuses, unlimited routes', async () => {
    const limiter = limiterOf(1);
    const request = { ...REQUEST, routeOptions: { url: '/health/ready' } } as FastifyRequest;
    const ask = () => limiter.countAddress(request, newReply().reply);
    for (let requests = 0; requests < 101; requests += 1) await ask();
    let isAnswered = false;
    void ask().then(() => (isAnswered = true));
    await jest.advanceTimersByTimeAsync(499);
    expect(isAnswered).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(isAnswered).toBe(true);
  });

  it('forgets callers whose minute is over', async () => {
    const limiter = limiterOf(5);
    for (let caller = 0; caller < 1_000; caller += 1) await count(limiter, `caller ${caller}`);
    expect(jest.getTimerCount()).toBe(1_000); // one timer each, which removes its entry
    jest.advanceTimersByTime(60_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('counts nothing and sends no headers when off', async () => {
    const limiter = limiterOf(null);
    expect(await count(limiter)).toBe('in undefined');
    expect(jest.getTimerCount()).toBe(0);
  });
});

it.each(['/health/live', '/health/ready', '/metrics', '/v1/webhooks/stripe', '/v1/webhooks'])(
  '%s is not limited',
  (pattern) => {
    expect(isLimited(pattern)).toBe(false);
  },
);

it.each([
  '/',
  '/v1/me',
  '/v1/recordings/:id',
  '/v1/health',
  '/healthy',
  '/metrics2',
  '/v1/webhooksx',
])('%s is limited', (pattern) => {
  expect(isLimited(pattern)).toBe(true);
});
