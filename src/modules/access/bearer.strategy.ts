import { Injectable } from '@nestjs/common';
import { Strategy } from 'passport-http-bearer';
import type { Credential } from './credential';
import { CredentialsService } from './credentials.service';

/** A strategy with the ways out that passport gives it for one request. */
interface Attempt {
  success(credential: Credential): void;
  fail(): void;
  error(error: Error): void;
  authenticate(request: { headers: { authorization?: string } }): void;
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
      (token: string, done: (error: unknown, found?: unknown) => void) => {
        credentials.resolve(token).then((found) => done(null, found ?? false), done);
      },
    );
  }

  /**
   * The strategy would also take ?access_token= and a field of the body: it sees the header alone.
   * @returns null without a header, and for a token that is not good
   */
  authenticate(authorization: string | undefined): Promise<Credential | null> {
    return new Promise((resolve, reject) => {
      const attempt = Object.create(this.strategy) as Attempt;
      attempt.success = resolve;
      attempt.fail = () => resolve(null);
      attempt.error = reject;
      attempt.authenticate({ headers: { authorization } });
    });
  }
}
