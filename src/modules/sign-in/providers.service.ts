import { Inject, Injectable } from '@nestjs/common';
import { isId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { OidcProvider } from '../../platform/config/oidc-providers';
import { SsoService } from '../sso/sso.service';
import type { Provider } from './provider';
import { domainOf } from './provider-identity';
import { providerNotFound } from './sign-in.errors';

const OF_A_BUSINESS = {
  type: 'oidc',
  apiUrl: '',
  scopes: ['openid', 'email', 'profile'],
} satisfies Partial<OidcProvider>;

/** The identity providers that people may sign in with. */
@Injectable()
export class ProvidersService {
  constructor(
    private readonly sso: SsoService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Those of the installation. */
  list(): readonly OidcProvider[] {
    return this.config.oidcProviders;
  }

  /** How an issuer is called: as the installation calls its provider, or by its host. */
  nameOf(issuer: string): string {
    const known = this.config.oidcProviders.find((each) => each.issuer === issuer);
    if (known) return known.name;
    return URL.canParse(issuer) ? new URL(issuer).host : issuer;
  }

  /** The sign-in of the company whose domain an address has; whether the person exists is not asked. */
  findCompany(
    context: RequestContext,
    email: string,
  ): Promise<{ id: string; name: string } | null> {
    return this.sso.findByDomain(context, domainOf(email));
  }

  /** @throws 404 provider_not_found */
  async get(context: RequestContext, key: string): Promise<Provider> {
    const found = this.config.oidcProviders.find(({ id }) => id === key);
    if (found) return { ...found, business: null };
    const sso = isId(key) ? await this.sso.findProvider(context, key) : null;
    if (!sso) throw providerNotFound();
    const { id, name, issuer, clientId, clientSecret, businessId, domains, roleFor } = sso;
    const business = { businessId, domains, roleFor };
    return { ...OF_A_BUSINESS, id, name, issuer, clientId, clientSecret, business };
  }
}
