import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { OidcProvider } from '../../platform/config/oidc-providers';
import type { Provider } from './provider';
import { providerNotFound } from './sign-in.errors';

/** The identity providers that people may sign in with. */
@Injectable()
export class ProvidersService {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Those of the installation. */
  list(): readonly OidcProvider[] {
    return this.config.oidcProviders;
  }

  /** The sign-in of the company whose domain an address has; whether the person exists is not asked. */
  findCompany(
    _context: RequestContext,
    _email: string,
  ): Promise<{ id: string; name: string } | null> {
    return Promise.resolve(null);
  }

  /** @throws 404 provider_not_found */
  get(_context: RequestContext, key: string): Promise<Provider> {
    const found = this.config.oidcProviders.find(({ id }) => id === key);
    if (!found) return Promise.reject(providerNotFound());
    return Promise.resolve({ ...found, business: null });
  }
}
