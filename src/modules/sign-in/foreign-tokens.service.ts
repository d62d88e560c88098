import { Inject, Injectable } from '@nestjs/common';
import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { TrustedIssuer } from '../../platform/config/trusted-issuers';
import { Database } from '../../platform/database/database';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { factOf, type ForeignToken } from './foreign-token';
import { IssuerKeys } from './issuer-keys';
import { foreignTokenInvalid, issuerUnavailable } from './sign-in.errors';

/** Clocks differ by so much. */
const TOLERANCE_SECONDS = 30;
const REASON = 'the owner of a token is unknown';

/** Checks tokens of the trusted issuers. */
@Injectable()
export class ForeignTokensService {
  constructor(
    private readonly database: Database,
    private readonly keys: IssuerKeys,
    private readonly limiter: GuessLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * RFC 8725. A refused token counts as a guess of its address. Call it outside transactions: it may ask the issuer for
   * its keys.
   * @throws 401 foreign_token_invalid, 429 rate_limited, 503 issuer_unavailable
   */
  async verify(context: RequestContext, token: string): Promise<ForeignToken> {
    await this.limiter.count(context, 'foreign_token', null, context.ip);
    const now = await this.database.platform(context, REASON, (tx) => Promise.resolve(tx.now));
    const found = await this.verifyAt(context, token, now);
    await this.limiter.forgive(context, 'foreign_token', null, context.ip);
    return found;
  }

  private async verifyAt(context: RequestContext, token: string, now: Date): Promise<ForeignToken> {
    const issuer = this.issuerOf(token);
    try {
      return factOf(issuer, await this.check(context, issuer, token, now), now);
    } catch (error) {
      if (error instanceof OutboundFailure)
        throw issuerUnavailable({
          detail: 'The keys of the issuer could not be read.',
          cause: error, // for the log alone
        });
      if (error instanceof errors.JOSEError)
        throw foreignTokenInvalid({ detail: WHY[error.code] ?? 'It is no valid JWT.' });
      throw error;
    }
  }

  private issuerOf(token: string): TrustedIssuer {
    const named = issuerIn(token);
    const issuer = this.config.trustedIssuers.find((each) => each.issuer === named);
    if (!issuer) throw foreignTokenInvalid({ detail: 'Its issuer is not trusted here.' });
    return issuer;
  }

  private async check(
    context: RequestContext,
    issuer: TrustedIssuer,
    token: string,
    now: Date,
  ): Promise<JWTPayload> {
    const options = optionsOf(issuer, now);
    try {
      return await verifyWith(await this.keys.find(context, issuer), token, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return verifyWith(await this.keys.findNewer(context, issuer), token, options);
    }
  }
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw foreignTokenInvalid({ detail: 'It is no JWT.' });
  }
}

async function verifyWith(
  keys: JSONWebKeySet,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options);
  return payload;
}

function optionsOf({ issuer, algorithms, audience }: TrustedIssuer, now: Date): JWTVerifyOptions {
  return {
    issuer,
    algorithms,
    ...(audience && { audience }),
    requiredClaims: ['sub', 'exp'],
    clockTolerance: TOLERANCE_SECONDS,
    currentDate: now,
  };
}

const WHY: Record<string, string> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'Its algorithm is not one of those of the issuer.',
  ERR_JWKS_NO_MATCHING_KEY: 'None of the keys of the issuer is that of the token.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'Its signature is not that of the issuer.',
  ERR_JWT_EXPIRED: 'It has expired.',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'Its audience, subject or times are not in order.',
};
