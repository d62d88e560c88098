import { isIP } from 'node:net';
import type { Config } from '../../../platform/config/config';

/** For whom passkeys are made (WebAuthn Level 3, section 4): an authenticator uses one on its pages only. */
export interface RelyingParty {
  /** The host; a passkey is of no other. */
  id: string;
  origin: string;
}

/**
 * The host of APP_URL. An IP address cannot be one (WebAuthn Level 3, section 5.1.2); for one of this very machine,
 * outside production, it is `localhost`.
 * @returns null: passkeys are off
 */
export function relyingPartyOf({
  appUrl,
  environment,
}: Pick<Config, 'appUrl' | 'environment'>): RelyingParty | null {
  const { hostname, origin, protocol, port } = new URL(appUrl);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return { id: hostname, origin };
  const isOwn = hostname === '[::1]' || hostname.startsWith('127.');
  if (!isOwn || environment === 'production') return null;
  return { id: 'localhost', origin: `${protocol}//localhost${port && `:${port}`}` };
}
