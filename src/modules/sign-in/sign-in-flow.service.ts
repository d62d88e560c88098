import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { cleanForeignText } from '../../common/foreign-text';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { ProviderAnswerRequest } from './dto/sign-ins';
import { assertProvenWithin, OidcClient } from './oidc-client';
import type { ForeignIdentity } from './foreign-identity';
import type { Provider } from './provider';
import { identityOf } from './provider-identity';
import { ProvidersService } from './providers.service';
import {
  SignInsRepository,
  type Purpose,
  type SignInOwner,
  type WaitingSignIn,
} from './sign-ins.repository';
import { signInExpired, signInInvalid, signInRefused } from './sign-in.errors';

const REASON = 'whoever signs in is unknown';
const SECRET_BYTES = 48; // as base64url within the 43 to 128 characters of a PKCE verifier (RFC 7636, section 4.1)

export interface Begun {
  /** Where the browser goes. */
  url: string;
  expiresAt: Date;
}

/** What a provider has answered, checked. */
export interface Finished {
  identity: ForeignIdentity;
  claims: Readonly<Record<string, unknown>>;
  provider: Provider;
  waiting: WaitingSignIn;
}

/** The way to a provider and back, for every purpose. Call it outside transactions. */
@Injectable()
export class SignInFlowService {
  constructor(
    private readonly database: Database,
    private readonly signIns: SignInsRepository,
    private readonly providers: ProvidersService,
    private readonly client: OidcClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws 404 provider_not_found, 422 validation_failed, 503 issuer_unavailable */
  async begin(
    context: RequestContext,
    owner: SignInOwner,
    request: { provider: string; redirectUri?: string; activationKey?: string },
  ): Promise<Begun> {
    const provider = await this.providers.get(context, request.provider);
    const secrets = {
      verifier: newSecret(),
      nonce: newSecret(),
      redirectUri: this.redirectUriOf(request),
      activationKey: request.activationKey ?? null,
    };
    const { state, expiresAt } = await this.database.platform(context, REASON, (tx) =>
      this.signIns.insert(tx, owner, provider.id, secrets),
    );
    const isProof = owner.purpose === 'prove';
    const url = await this.client.begin(context, provider, { ...secrets, state }, isProof);
    return { url, expiresAt };
  }

  /**
   * Each answer once: it is used up before the provider is asked.
   * @throws 401 sign_in_invalid, 403 proof_not_fresh, sign_in_refused, 404, 410 sign_in_expired, 503 issuer_unavailable
   */
  async finish(
    context: RequestContext,
    held: string,
    purposes: Purpose[],
    { provider: key, state, code, iss, error }: ProviderAnswerRequest,
  ): Promise<Finished> {
    const waiting = await this.database.platform(context, REASON, (tx) =>
      this.signIns.take(tx, state, held, purposes),
    );
    if (!waiting) throw signInExpired();
    if (waiting.provider !== key)
      throw signInInvalid({ detail: 'It is of another provider than the one that was asked.' });
    if (error !== undefined || code === undefined)
      throw signInRefused({
        detail: `The provider says: ${cleanForeignText(error ?? 'nothing')}.`,
      });
    const provider = await this.providers.get(context, key);
    const claims = await this.client.finish(context, provider, waiting, { code, state, iss });
    if (waiting.purpose === 'prove') assertProvenWithin(claims, waiting.tookMs);
    return { identity: identityOf(provider, claims), claims, provider, waiting };
  }

  /** Deletes what was never finished. In the caller's transaction, in platform scope. */
  prune(tx: Transaction): Promise<void> {
    return this.signIns.prune(tx);
  }

  /** Each provider has its own, so that the answer of one is not taken for another's; of the console, or of a page. */
  private redirectUriOf({
    provider,
    redirectUri,
  }: {
    provider: string;
    redirectUri?: string;
  }): string {
    const { appUrl, corsOrigins } = this.config;
    if (redirectUri === undefined) return `${appUrl}/console/sign-in/${provider}`;
    const fault = (detail: string) => [{ pointer: '/redirectUri', code: 'redirect_uri', detail }];
    const url = URL.canParse(redirectUri) ? new URL(redirectUri) : null;
    if (!url || ![new URL(appUrl).origin, ...corsOrigins].includes(url.origin))
      throw validationFailed(fault('must be on the origin of APP_URL, or on one of CORS_ORIGINS'));
    if (!url.pathname.endsWith(`/${provider}`) || url.search !== '' || url.hash !== '')
      throw validationFailed(fault(`must end with /${provider}`));
    return url.href;
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
