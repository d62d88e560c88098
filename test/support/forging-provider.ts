import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import type { OidcProvider } from '../../src/platform/config/oidc-providers';
import { sendJson } from './token-issuer';

/** What it does in place of its duty; each answers a request for that path. */
type Instead = Partial<Record<string, (response: ServerResponse) => void>>;

const CLIENT_ID = 'tenantry';

/** A provider that answers any code with the ID token that a test forges; discovery, keys and token endpoint can fail. */
export class ForgingProvider {
  instead: Instead = {};
  /** The ID token for a nonce. */
  idToken: (nonce: string) => Promise<string> = (nonce) => this.sign({ nonce });
  private nonce = '';

  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly privateKey: CryptoKey,
    readonly jwk: JWK,
  ) {}

  static async start(): Promise<ForgingProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    let own: ForgingProvider | null = null;
    const server = createServer(
      (request, response) => void own?.answer(request.url ?? '', response),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    own = new ForgingProvider(server, url, privateKey, jwk);
    return own;
  }

  /** The setting for it. */
  configured(changes: Partial<OidcProvider> = {}): OidcProvider {
    return {
      ...{ id: 'forger', name: 'The forger', type: 'oidc', issuer: this.url, apiUrl: this.url },
      ...{ clientId: CLIENT_ID, clientSecret: 'a secret', scopes: ['openid', 'email'] },
      ...changes,
    };
  }

  /** Goes to the provider and back: it reads the nonce of the request, and gives a code. */
  visit(url: string): Record<string, string> {
    const { searchParams } = new URL(url);
    this.nonce = searchParams.get('nonce') ?? '';
    return { state: searchParams.get('state')!, code: 'any' };
  }

  /** An ID token of a new person in order, but for these claims and this header. */
  sign(claims: JWTPayload, { key = this.privateKey, kid = 'one' } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000); // the clock of another server
    const id = crypto.randomUUID();
    const person = { sub: id, email: `forged-${id}@example.com`, email_verified: true };
    const all = { iss: this.url, aud: CLIENT_ID, iat: now, exp: now + 300, ...person, ...claims };
    const payload = JSON.parse(JSON.stringify(all)) as JWTPayload;
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(path: string, response: ServerResponse): Promise<void> {
    const instead = this.instead[path];
    if (instead) return instead(response);
    if (path === '/.well-known/openid-configuration')
      return sendJson(response, {
        issuer: this.url,
        authorization_endpoint: `${this.url}/authorize`,
        token_endpoint: `${this.url}/token`,
        jwks_uri: `${this.url}/jwks`,
      });
    if (path === '/jwks') return sendJson(response, { keys: [this.jwk] });
    const id_token = await this.idToken(this.nonce);
    sendJson(response, { access_token: 'opaque', token_type: 'bearer', id_token });
  }
}
