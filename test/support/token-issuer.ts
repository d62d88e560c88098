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
import { newId } from '../../src/common/ids';
import type { TrustedIssuer } from '../../src/platform/config/trusted-issuers';
import type { TestApplication } from './test-application';

type Algorithm = TrustedIssuer['algorithms'][number];

interface SigningKey {
  kid: string;
  alg: Algorithm;
  privateKey: CryptoKey;
  jwk: JWK;
}

/** An issuer of tokens with an HTTP server of its own, which publishes its keys and counts who asks. */
export class TokenIssuer {
  asked = 0;
  /** Answers in place of the keys. */
  instead: ((response: ServerResponse) => void) | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly keys: SigningKey[],
  ) {}

  static async start(alg: Algorithm): Promise<TokenIssuer> {
    const keys = [await newKey(alg)];
    const server = createServer((request, response) => {
      const own = issuer as TokenIssuer | null;
      own?.answer(request.url ?? '', response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = new TokenIssuer(server, url, keys);
    return issuer;
  }

  /** The setting for it. */
  trusted(changes: Partial<TrustedIssuer> = {}): TrustedIssuer {
    const algorithms = [this.keys[0]!.alg];
    return { issuer: this.url, audience: ['tenantry'], algorithms, ...changes };
  }

  /** Signs from now on with another key; the one before is published no longer. */
  async rotate(): Promise<void> {
    this.keys.splice(0, this.keys.length, await newKey(this.keys[0]!.alg));
  }

  /** A token with these claims; undefined ones are left out. */
  async sign(claims: JWTPayload, header: { kid?: string; typ?: string } = {}): Promise<string> {
    const { kid, alg, privateKey } = this.keys[0]!;
    const payload = JSON.parse(JSON.stringify({ iss: this.url, ...claims })) as JWTPayload;
    return new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(path: string, response: ServerResponse): void {
    if (path === '/.well-known/openid-configuration')
      return sendJson(response, { issuer: this.url, jwks_uri: `${this.url}/jwks` });
    this.asked += 1;
    if (this.instead) return this.instead(response);
    sendJson(response, { keys: this.keys.map(({ jwk }) => jwk) });
  }
}

/** The claims of a new person, valid for ten minutes of the server's time. */
export async function claimsOfNewPerson(
  server: TestApplication,
  changes: JWTPayload = {},
): Promise<JWTPayload> {
  const now = await secondsOf(server);
  const id = newId();
  const person = {
    sub: `user-${id}`,
    email: `claimsOfNewPerson-${id}@example.com`,
    email_verified: true,
  };
  return { ...person, aud: 'tenantry', name: 'Grace Hopper', iat: now, exp: now + 600, ...changes };
}

/** The server's time, as tokens tell it. */
export async function secondsOf(server: TestApplication): Promise<number> {
  const [row] = await server.database.query<{ now: Date }>('SELECT now()');
  return Math.floor(server.clock.at(row!.now).getTime() / 1000);
}

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function newKey(alg: Algorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = newId();
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}
