import { defineProblem, type DomainError } from '../../common/problem';

export const rateLimitedProblem = defineProblem({
  code: 'rate_limited',
  kind: 'rate_limited',
  title: 'Too many requests',
  description:
    'Retry after `Retry-After` seconds. `RateLimit-Policy` gives the limit and its window. An account that is locked out of login can still reset its password.',
});

/** The headers of draft-ietf-httpapi-ratelimit-headers. */
export function limitHeaders(
  policy: string,
  limit: number,
  windowSeconds: number,
  remaining: number,
  waitMs: number,
): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${windowSeconds}`,
    RateLimit: `"${policy}";r=${remaining};t=${inSeconds(waitMs)}`,
  };
}

/** 429 with these headers and Retry-After (RFC 9110). */
export function rateLimited(
  policy: string,
  limit: number,
  windowSeconds: number,
  waitMs: number,
): DomainError {
  const waitSeconds = inSeconds(waitMs);
  const headers = {
    'Retry-After': String(waitSeconds),
    ...limitHeaders(policy, limit, windowSeconds, 0, waitMs),
  };
  return rateLimitedProblem({ detail: `Try again in ${waitSeconds} seconds.`, headers });
}

/** 429 for a network whose bodies use all that one network may. */
export function tooManyBytesAtOnce(limitBytes: number, waitSeconds: number): DomainError {
  const detail = `Bodies of ${limitBytes / 1024 / 1024} MiB from your network are being handled. Try again in ${waitSeconds} seconds.`;
  return rateLimitedProblem({ detail, headers: { 'Retry-After': String(waitSeconds) } });
}

/** Rounded up, so that a retry after that time succeeds. */
function inSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
