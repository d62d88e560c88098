import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type Provider from 'oidc-provider';
import { newId } from '../../src/common/ids';
import type { OidcProvider } from '../../src/platform/config/oidc-providers';

/** A person at the provider. */
export interface ProviderPerson {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  [claim: string]: unknown;
}

const CLIENT = {
  client_id: 'tenantry',
  client_secret: 'a secret of the client, long enough for it',
};

const TTL = { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 };

/** oidc-provider in this process, which asks nothing: whoever `person` is signs in; null cancels. */
export class IdentityProvider {
  person: ProviderPerson | null = newPerson();
  private readonly people = new Map<string, ProviderPerson>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(redirectUris: string[]): Promise<IdentityProvider> {
    let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const server = createServer((request, response) => handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const idp = new IdentityProvider(server, url);
    const provider = await idp.provide(redirectUris);
    const callback = provider.callback();
    handle = (request, response) =>
      void (request.url?.startsWith('/interaction/')
        ? idp.interact(provider, request, response)
        : callback(request, response));
    return idp;
  }

  /** The setting for it. */
  configured(changes: Partial<OidcProvider> = {}): OidcProvider {
    return {
      id: 'idp',
      name: 'The provider',
      type: 'oidc',
      issuer: this.url,
      apiUrl: '',
      clientId: CLIENT.client_id,
      clientSecret: CLIENT.client_secret,
      scopes: ['openid', 'email', 'profile'],
      ...changes,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async provide(redirectUris: string[]): Promise<Provider> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: newId() };
    const client = { ...CLIENT, redirect_uris: redirectUris, require_auth_time: true };
    const { default: OidcProviderServer } = await quietly(() => import('oidc-provider'));
    return quietly(
      () =>
        new OidcProviderServer(this.url, {
          clients: [{ ...client, token_endpoint_auth_method: 'client_secret_post' }],
          jwks: { keys: [key] },
          cookies: { keys: ['a key of the cookies'] },
          claims: {
            openid: ['sub', 'groups'],
            email: ['email', 'email_verified'],
            profile: ['name'],
          },
          features: { devInteractions: { enabled: false } },
          ttl: TTL,
          interactions: { url: (_, { uid }) => `/interaction/${uid}` },
          findAccount: (_, accountId) => ({
            accountId,
            claims: () => this.people.get(accountId) ?? { sub: accountId },
          }),
          loadExistingGrant: async ({ oidc }) => {
            const grant = new oidc.provider.Grant({
              clientId: oidc.client!.clientId,
              accountId: oidc.session!.accountId!,
            });
            grant.addOIDCScope('openid email profile');
            await grant.save();
            return grant;
          },
        }),
    );
  }

  private async interact(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { person } = this;
    if (person) this.people.set(person.sub, person);
    const result = person ? { login: { accountId: person.sub } } : { error: 'access_denied' };
    await provider.interactionFinished(request, response, result);
  }
}

export function newPerson(changes: Partial<ProviderPerson> = {}): ProviderPerson {
  const sub = newId();
  const email = `person-${sub}@example.com`;
  return { sub, email, email_verified: true, name: 'Grace Hopper', ...changes };
}

/** It warns of what a test wants: a Node.js of today, and a memory of its own. */
async function quietly<T>(work: () => T | Promise<T>): Promise<T> {
  const quiet = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'info')];
  for (const each of quiet) each.mockImplementation(() => undefined);
  try {
    return await work();
  } finally {
    for (const each of quiet) each.mockRestore();
  }
}

/**
 * A browser that goes to a provider and comes back, with a jar of cookies.
 * @returns the query that the provider has put into the redirect URI
 */
export async function visit(
  url: string,
  jar = new Map<string, string>(),
): Promise<URLSearchParams> {
  let next = new URL(url);
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';') as [string];
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get('location');
    if (!location)
      throw new Error(`${next.href} answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, next);
    if (next.searchParams.has('code') || next.searchParams.has('error')) return next.searchParams;
  }
  throw new Error('the provider redirects without an end');
}
