import { canonicalEmail } from '../../common/email';
import type { Query } from './database-checks';
import { ok, warn, type Finding } from './finding';

interface Account {
  kind: 'user' | 'staff account';
  id: string;
  email: string;
  folded: string;
}

/** Accounts from before addresses had a canonical form, in which they share one with another account. */
export async function checkSharedAddresses(query: Query): Promise<Finding> {
  const accounts = await query<Account>(WITHOUT_KEY);
  const sharing = accounts.filter(({ email, folded }) => canonicalEmail(email) !== folded);
  if (sharing.length === 0) return ok('addresses', 'each account has its own');
  const detail = `the same as that of another account: ${sharing.map(describe).join(', ')}`;
  const fix =
    'Both work, each by its exact spelling. Agree with the owner on one, and invite that one to the businesses of the other.';
  return warn('addresses', detail, fix);
}

/** Both spellings appear equal, so characters beyond ASCII are escaped. */
function describe({ kind, id, email }: Account): string {
  const written = email.replace(/[^ -~]/g, escape);
  return `${kind} ${id} (${written} for ${canonicalEmail(email).replace(/[^ -~]/g, escape)})`;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const WITHOUT_KEY = `
  SELECT 'user' AS kind, id, email, email_folded AS folded FROM users
  WHERE email_key IS NULL AND octet_length(email) > char_length(email)
  UNION ALL SELECT 'staff account', id, email, email_folded FROM staff_accounts
  WHERE email_key IS NULL AND octet_length(email) > char_length(email)`;
