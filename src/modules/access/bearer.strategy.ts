import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import type { Credential } from './credential';
import { CredentialsService } from './credentials.service';

/** Passport's bearer tokens (RFC 6750), resolved by our credentials. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly credentials: CredentialsService) {
    super();
  }

  async validate(token: string): Promise<Credential | false> {
    return (await this.credentials.resolve(token)) ?? false;
  }
}
