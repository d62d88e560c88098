import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-http-bearer';
import type { Credential } from './credential';
import { CredentialsService } from './credentials.service';

type Done = (error: unknown, found?: unknown) => void;

/** As much of a request as the strategy sees. */
interface Asking {
  headers: { authorization?: string };
  ip: string;
}

/** A strategy with the ways out that passport gives it for one request. */
interface Attempt {
  success(credential: Credential): void;
  fail(): void;
  error(error: Error): void;
  authenticate(request: Asking): void;
}

/**
 * Passport's bearer tokens (RFC 6750), resolved by our credentials. Used as passport itself uses a strategy, but
 * without its registry: that is one a process, and two applications in one process would answer for each other.
 */
@Injectable()
export class BearerStrategy {
  private readonly strategy: object;

  constructor(credentials: CredentialsService) {
    this.strategy = new Strategy(
      { passReqToCallback: true },
      ({ ip = '' }: { ip?: string | undefined }, token: string, done: Done) => {
        credentials.resolve(token, ip).then((found) => done(null, found ?? false), done);
      },
    );
  }

  /**
   * The strategy would also take ?access_token= and a field of the body: it sees the header alone.
   * @returns null without a header, and for a token that is not good
   * @throws 429 rate_limited where too many tokens that are none come from
   */
  authenticate({ headers, ip }: FastifyRequest): Promise<Credential | null> {
    const { authorization } = headers;
    return new Promise((resolve, reject) => {
      const attempt = Object.create(this.strategy) as Attempt;
      attempt.success = resolve;
      attempt.fail = () => resolve(null);
      attempt.error = reject;
      attempt.authenticate({ headers: { authorization }, ip });
    });
  }
}
