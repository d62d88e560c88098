// What a tab remembers while the browser is at an identity provider. In sessionStorage: of this tab alone, and gone with it.

const KEY = 'tenantry.sign-in';
const LINK_KEY = 'tenantry.link';

/** Why the browser goes there, and where it goes afterwards. */
export interface Errand {
  purpose: 'sign_in' | 'link' | 'prove';
  next?: string;
}

export function leaveFor(url: string, errand: Errand): void {
  sessionStorage.setItem(KEY, JSON.stringify(errand));
  location.assign(url);
}

export function recallErrand(): Errand {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? { purpose: 'sign_in' } : (JSON.parse(kept) as Errand);
}

/** What is to be linked once its owner has logged in. */
export function keepLinkToken(linkToken: string): void {
  sessionStorage.setItem(LINK_KEY, linkToken);
}

export function takeLinkToken(): string | null {
  const kept = sessionStorage.getItem(LINK_KEY);
  sessionStorage.removeItem(LINK_KEY);
  return kept;
}
