import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import type { Credential } from './credential';
import type { CredentialsService } from './credentials.service';

/**
 * The part of a request that passport sees. Only the header: the strategy would also accept ?access_token= and a field
 * of the body. And the credentials service of this application.
 */
export interface BearerRequest {
  headers: { authorization?: string };
  ip: string;
  credentials: CredentialsService;
  /** Where passport puts the result. */
  user: Credential | null;
}

/**
 * Passport's bearer tokens (RFC 6750). Stateless: passport has one registry per process, in which the strategy of the
 * last application serves all of them.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor() {
    super({ passReqToCallback: true });
  }

  /** @throws 429 rate_limited where too many invalid tokens come from this network */
  validate({ credentials, ip }: BearerRequest, token: string): Promise<Credential | null> {
    return credentials.resolve(token, ip);
  }
}
