import { relyingPartyOf } from '../../modules/identity/passkeys/relying-party';
import type { Config } from '../../platform/config/config';
import type { Query } from './database-checks';
import { ok, warn, type Finding } from './finding';

/** Staff who have to set up a second factor at their next login, or should have one: they can enter any business. */
export async function checkStaffFactors(
  query: Query,
  { staffSecondFactor }: Pick<Config, 'staffSecondFactor'>,
): Promise<Finding> {
  const without = await query<{ email: string }>(WITHOUT_FACTOR);
  if (staffSecondFactor !== 'required') return ok('staff factors', 'STAFF_SECOND_FACTOR: optional');
  if (without.length === 0) return ok('staff factors', 'all active staff have a second factor');
  const emails = without.map(({ email }) => email).join(', ');
  const fix =
    'Let them log in and set one up: until then the password alone does, for 15 minutes. Disable who no longer works here (staff:disable).';
  return warn('staff factors', `staff without a second factor: ${emails}`, fix);
}

/** A passkey belongs to a host name (WebAuthn Level 3, section 5.1.2). */
export function checkPasskeys(
  config: Pick<Config, 'environment' | 'appUrl' | 'givenUrls'>,
  serverUrl: string,
): Finding {
  const appUrl = config.givenUrls.app ?? serverUrl;
  const party = relyingPartyOf({ ...config, appUrl });
  if (party) return ok('passkeys', `at ${party.origin}`);
  const fix = 'Set APP_URL to an address with a host name, which then has to stay the same.';
  return warn('passkeys', `off: ${appUrl} has an IP address, and passkeys belong to a name`, fix);
}

const WITHOUT_FACTOR = `
  SELECT email FROM staff_accounts WHERE status = 'active' AND NOT has_second_factor ORDER BY email LIMIT 20`;
