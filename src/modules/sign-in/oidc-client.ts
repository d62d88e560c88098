import { Inject, Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import { fetchThrough } from '../../platform/outbound/outbound-fetch';
import { findUrlFault } from '../../platform/outbound/target-url';
import { GitHubUsers } from './github-users';
import { toProblem } from './provider-failures';
import type { Provider, SignInSecrets } from './provider';
import { proofNotFresh, signInInvalid } from './sign-in.errors';

type Claims = Readonly<Record<string, unknown>>;

/** What the browser brings back from the provider. */
export interface ProviderAnswer {
  code: string;
  state: string;
  iss?: string | undefined;
}

/** Between the proof and the answer. */
const TOLERANCE_MS = 30_000;

/**
 * The code flow of OpenID Connect with PKCE, state and nonce, and GitHub's OAuth. All that it asks of a provider goes
 * through the guarded client, so call it outside transactions.
 */
@Injectable()
export class OidcClient {
  constructor(
    private readonly outbound: OutboundClient,
    private readonly gitHub: GitHubUsers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns where the browser goes @throws 503 issuer_unavailable */
  async begin(
    context: RequestContext,
    provider: Provider,
    secrets: SignInSecrets & { state: string },
    isProof: boolean,
  ): Promise<string> {
    const parameters = {
      redirect_uri: secrets.redirectUri,
      scope: provider.scopes.join(' '),
      state: secrets.state,
      code_challenge: await oidc.calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
      ...(provider.type === 'oidc' && { nonce: secrets.nonce }),
      ...(isProof && { max_age: '0', prompt: 'login' }),
    };
    try {
      const configuration = await this.configure(context, provider);
      const { href } = oidc.buildAuthorizationUrl(configuration, parameters);
      const fault = findUrlFault(href, this.config, '/url'); // the browser goes there: no javascript:
      if (fault) throw new OutboundFailure('unusable', fault.detail);
      return href;
    } catch (error) {
      return toProblem(error);
    }
  }

  /**
   * @returns the claims of the ID token, with those of the user info where it lacks the address
   * @throws 401 sign_in_invalid, 503 issuer_unavailable
   */
  async finish(
    context: RequestContext,
    provider: Provider,
    secrets: SignInSecrets,
    answer: ProviderAnswer,
  ): Promise<Claims> {
    try {
      const configuration = await this.configure(context, provider);
      const tokens = await oidc.authorizationCodeGrant(
        configuration,
        urlOf(secrets.redirectUri, answer),
        {
          pkceCodeVerifier: secrets.verifier,
          expectedState: answer.state,
          ...(provider.type === 'oidc' && { expectedNonce: secrets.nonce, idTokenExpected: true }),
        },
      );
      if (provider.type === 'github')
        return await this.gitHub.read(context, provider, tokens.access_token);
      return await this.claimsOf(configuration, provider, tokens);
    } catch (error) {
      return toProblem(error);
    }
  }

  private async claimsOf(
    configuration: oidc.Configuration,
    { clientId }: Provider,
    tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>,
  ): Promise<Claims> {
    const claims = tokens.claims()!; // an ID token is expected
    if (claims.azp !== undefined && claims.azp !== clientId)
      throw signInInvalid({ detail: 'The ID token is for another application (azp).' });
    const isComplete = claims.email !== undefined;
    if (isComplete || !configuration.serverMetadata().userinfo_endpoint) return claims;
    const info = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return { ...info, ...claims };
  }

  private configure(context: RequestContext, provider: Provider): Promise<oidc.Configuration> {
    return provider.type === 'github'
      ? Promise.resolve(this.configureGitHub(context, provider))
      : this.discover(context, provider);
  }

  /** The signature of the ID token is checked, too, though it comes from the provider itself. */
  private discover(
    context: RequestContext,
    { issuer, clientId, clientSecret }: Provider,
  ): Promise<oidc.Configuration> {
    return oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: [oidc.enableNonRepudiationChecks, ...this.whereHttp()],
      [oidc.customFetch]: fetchThrough(this.outbound, context),
    });
  }

  private configureGitHub(
    context: RequestContext,
    { issuer, clientId, clientSecret }: Provider,
  ): oidc.Configuration {
    const server = {
      issuer: `${issuer}/login/oauth`,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    };
    const configuration = new oidc.Configuration(server, clientId, clientSecret);
    for (const extension of this.whereHttp()) extension(configuration);
    configuration[oidc.customFetch] = fetchThrough(this.outbound, context);
    return configuration;
  }

  /** In production, the guarded client itself refuses what is not https. */
  private whereHttp(): ((configuration: oidc.Configuration) => void)[] {
    return this.config.environment === 'production' ? [] : [oidc.allowInsecureRequests];
  }
}

/**
 * Whether its owner proved who they are after the sign-in was begun, by the clock of the provider alone. Pure.
 * @param tookMs from the beginning of the sign-in to its answer
 * @throws 403 proof_not_fresh
 */
export function assertProvenWithin({ auth_time: at, iat }: Claims, tookMs: number): void {
  const isKnown = typeof at === 'number' && typeof iat === 'number';
  if (!isKnown || (iat - at) * 1000 > tookMs + TOLERANCE_MS) throw proofNotFresh();
}

function urlOf(redirectUri: string, { code, state, iss }: ProviderAnswer): URL {
  const url = new URL(redirectUri);
  url.search = new URLSearchParams({ code, state, ...(iss && { iss }) }).toString();
  return url;
}
