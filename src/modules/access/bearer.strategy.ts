import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import type { Credential } from './credential';
import type { CredentialsService } from './credentials.service';

/**
 * What passport is shown of a request. The header alone: the strategy would also take ?access_token= and a field of
 * the body. And who knows the tokens of this application.
 */
export interface BearerRequest {
  headers: { authorization?: string };
  ip: string;
  credentials: CredentialsService;
  /** Where passport puts what it finds. */
  user: Credential | null;
}

/**
 * Passport's bearer tokens (RFC 6750). Without state: passport has one registry a process, in which the strategy of the
 * application that was made last serves all of them.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor() {
    super({ passReqToCallback: true });
  }

  /** @throws 429 rate_limited where too many tokens that are none come from */
  validate({ credentials, ip }: BearerRequest, token: string): Promise<Credential | null> {
    return credentials.resolve(token, ip);
  }
}
