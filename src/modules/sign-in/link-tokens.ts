import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../platform/config/secret-box';
import { linkTokenInvalid } from './sign-in.errors';

const LIFETIME_MS = 15 * 60_000;
const PURPOSE = Buffer.from('link token');

export interface LinkedIdentity {
  issuer: string;
  subject: string;
  email: string;
}

/**
 * What an identity that was proven, and is not linked yet, is remembered by until its owner has logged in: encrypted,
 * so that any process can open it and nothing is stored. While the identity is linked, it links nothing more.
 */
@Injectable()
export class LinkTokens {
  constructor(private readonly secrets: SecretBox) {}

  make({ issuer, subject, email }: LinkedIdentity, now: Date): string {
    const until = now.getTime() + LIFETIME_MS;
    const content = Buffer.from(JSON.stringify({ issuer, subject, email, until }));
    return this.secrets.seal(content, PURPOSE).toString('base64url');
  }

  /** @throws 410 link_token_invalid */
  open(token: string, now: Date): LinkedIdentity {
    const { until, ...identity } = this.read(token);
    if (until <= now.getTime()) throw linkTokenInvalid();
    return identity;
  }

  private read(token: string): LinkedIdentity & { until: number } {
    try {
      const content = this.secrets.open(Buffer.from(token, 'base64url'), PURPOSE);
      return JSON.parse(content.toString()) as LinkedIdentity & { until: number };
    } catch {
      throw linkTokenInvalid();
    }
  }
}
