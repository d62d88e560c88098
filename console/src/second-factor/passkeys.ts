import type { CreatePasskeyRequest } from '@tenantry/client';
import { text } from '../text/catalogue';
import { PlainFault } from '../ui/plain-fault';

// What the browser does with passkeys, and what it says in its way of a failure, in words for the reader.

/** Of the server: a request or a creation, as browsers take it. */
interface Asked {
  options: object;
}

/** Of the device, for the server. */
export type PasskeyAnswer = CreatePasskeyRequest['passkey'];

const library = () => import('@simplewebauthn/browser'); // with the first passkey

/** Asks the device for a new passkey. @throws PlainFault */
export async function createPasskey({ options }: Asked): Promise<PasskeyAnswer> {
  const { startRegistration } = await library();
  const optionsJSON = options as Parameters<typeof startRegistration>[0]['optionsJSON'];
  assertWorksHere(optionsJSON.rp.id);
  return inWords(startRegistration({ optionsJSON }));
}

/** Asks the device to sign with one. @throws PlainFault */
export async function usePasskey({ options }: Asked): Promise<PasskeyAnswer> {
  const { startAuthentication } = await library();
  const optionsJSON = options as Parameters<typeof startAuthentication>[0]['optionsJSON'];
  assertWorksHere(optionsJSON.rpId);
  return inWords(startAuthentication({ optionsJSON }));
}

/** A passkey is of one host; on this machine, of `localhost` and not of its IP address. */
function assertWorksHere(host = ''): void {
  const { hostname, protocol, port, pathname } = location;
  if (hostname !== host && !hostname.endsWith(`.${host}`))
    throw new PlainFault(
      text.passkeys.otherHost(`${protocol}//${host}${port && `:${port}`}${pathname}`),
    );
  if (!('PublicKeyCredential' in globalThis)) throw new PlainFault(text.passkeys.unsupported);
}

async function inWords(asking: Promise<object>): Promise<PasskeyAnswer> {
  try {
    return { ...(await asking) };
  } catch (error) {
    const { name, code } = error as { name?: string; code?: unknown };
    if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
      throw new PlainFault(text.passkeys.known);
    if (name === 'NotAllowedError' || name === 'AbortError')
      throw new PlainFault(text.passkeys.canceled);
    throw new PlainFault(text.passkeys.failed);
  }
}
