import type { Role } from '../../common/access/permissions';
import type { OidcProvider } from '../../platform/config/oidc-providers';

/** The sign-in of one business. */
export interface OfBusiness {
  businessId: string;
  /** Of which the business has proven that they are its own, in ASCII. */
  domains: readonly string[];
  /** The role of a person whom it sees for the first time. Pure. */
  roleFor: (claims: Readonly<Record<string, unknown>>) => Exclude<Role, 'owner'>;
}

/** An identity provider, of the installation or of a business. */
export interface Provider extends OidcProvider {
  business: OfBusiness | null;
}

/** What a sign-in keeps until the provider has answered. */
export interface SignInSecrets {
  verifier: string;
  nonce: string;
  redirectUri: string;
  activationKey: string | null;
}
