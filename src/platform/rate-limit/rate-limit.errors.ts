import { defineProblem, type DomainError } from '../../common/problem';

export const rateLimitedProblem = defineProblem({
  code: 'rate_limited',
  kind: 'rate_limited',
  title: 'Too many requests',
  description:
    'Try again after `Retry-After` seconds. `RateLimit-Policy` says how many are allowed in how long. Who is locked out of signing in can still reset the password.',
});

/** The headers of draft-ietf-httpapi-ratelimit-headers, beside Retry-After (RFC 9110). */
export function rateLimited(
  policy: string,
  limit: number,
  windowSeconds: number,
  waitMs: number,
): DomainError {
  const waitSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const headers = {
    'Retry-After': String(waitSeconds),
    'RateLimit-Policy': `"${policy}";q=${limit};w=${windowSeconds}`,
    RateLimit: `"${policy}";r=0;t=${waitSeconds}`,
  };
  return rateLimitedProblem({ detail: `Try again in ${waitSeconds} seconds.`, headers });
}
