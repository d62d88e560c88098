// oidc-provider comes without types: what the tests use of it.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  interface Oidc {
    provider: { Grant: new (of: { clientId: string; accountId: string }) => Grant };
    client?: { clientId: string };
    session?: { accountId?: string };
  }
  interface Configuration {
    clients: object[];
    jwks: { keys: object[] };
    cookies: object;
    claims: Record<string, string[]>;
    features: object;
    ttl: Record<string, number>;
    interactions: { url: (context: unknown, interaction: { uid: string }) => string };
    findAccount: (
      context: unknown,
      accountId: string,
    ) => { accountId: string; claims: () => object };
    loadExistingGrant: (context: { oidc: Oidc }) => Promise<Grant>;
  }
  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
    ): Promise<void>;
  }
}
