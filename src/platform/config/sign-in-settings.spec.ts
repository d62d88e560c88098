import { ConfigFaults, readConfig } from './config';

const SECRET_KEY = 'a secret of exactly 32 bytes ...';
const ISSUER = {
  issuer: 'https://issuer.example',
  audience: 'tenantry',
  algorithms: ['RS256'],
};

function faultsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig({ SECRET_KEY, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults;
    throw error;
  }
}

const withIssuers = (...issuers: object[]) => ({ TRUSTED_ISSUERS: JSON.stringify(issuers) });
const withProviders = (...providers: object[]) => ({ OIDC_PROVIDERS: JSON.stringify(providers) });

describe('TRUSTED_ISSUERS', () => {
  it('is empty by default, and takes what is documented', () => {
    expect(readConfig({ SECRET_KEY })).toMatchObject({ trustedIssuers: [], exchangeMinutes: 60 });
    const { trustedIssuers } = readConfig({ SECRET_KEY, ...withIssuers(ISSUER) });
    expect(trustedIssuers).toEqual([{ ...ISSUER, audience: ['tenantry'] }]);
  });

  it.each([
    ['nonsense', 'TRUSTED_ISSUERS: must be JSON'],
    ['{}', 'TRUSTED_ISSUERS: Invalid input: expected array, received object'],
  ])('refuses %s', (text, fault) => {
    expect(faultsOf({ TRUSTED_ISSUERS: text })).toEqual([fault]);
  });

  it.each([
    [{ audience: undefined }, /^TRUSTED_ISSUERS: 0: needs audience or authorizedParties/],
    [{ audience: [] }, /^TRUSTED_ISSUERS: 0\.audience: /],
    [{ audience: undefined, authorizedParties: [] }, /^TRUSTED_ISSUERS: 0\.authorizedParties: /],
    [{ algorithms: ['HS256'] }, /^TRUSTED_ISSUERS: 0\.algorithms\.0: .*RS256.*EdDSA/],
    [{ algorithms: ['none'] }, /^TRUSTED_ISSUERS: 0\.algorithms\.0: /],
    [{ algorithms: [] }, /^TRUSTED_ISSUERS: 0\.algorithms: /],
    [{ algorithms: undefined }, /^TRUSTED_ISSUERS: 0\.algorithms: /],
    [{ issuer: 'issuer.example' }, /^TRUSTED_ISSUERS: 0\.issuer: /],
    [{ jwksUri: 'file:///etc/passwd' }, /^TRUSTED_ISSUERS: 0\.jwksUri: /],
    [{ jwksUrl: 'https://x.example' }, /^TRUSTED_ISSUERS: 0: .*jwksUrl/],
  ])('refuses %j', (changes, fault) => {
    expect(faultsOf(withIssuers({ ...ISSUER, ...changes }))).toEqual([
      expect.stringMatching(fault) as string,
    ]);
  });

  it('names each issuer once', () => {
    expect(faultsOf(withIssuers(ISSUER, ISSUER))).toEqual([
      'TRUSTED_ISSUERS: must name each issuer once',
    ]);
  });

  it.each(['-1', '1441', 'x'])('lasts no %s minutes longer', (EXCHANGE_MINUTES) => {
    expect(faultsOf({ EXCHANGE_MINUTES })).toHaveLength(1);
  });
});

describe('OIDC_PROVIDERS', () => {
  const client = { clientId: 'tenantry', clientSecret: 'hunter2' };

  it('knows Google, Microsoft and GitHub by their ids', () => {
    const providers = ['google', 'microsoft', 'github'].map((id) => ({ id, ...client }));
    const { oidcProviders } = readConfig({ SECRET_KEY, ...withProviders(...providers) });
    expect(oidcProviders).toMatchObject([
      { name: 'Google', type: 'oidc', issuer: 'https://accounts.google.com' },
      {
        name: 'Microsoft',
        type: 'oidc',
        issuer: 'https://login.microsoftonline.com/common/v2.0',
        scopes: ['openid', 'email', 'profile'],
      },
      {
        name: 'GitHub',
        type: 'github',
        issuer: 'https://github.com',
        apiUrl: 'https://api.github.com',
        scopes: ['read:user', 'user:email'],
      },
    ]);
  });

  it('takes any other with its issuer and name', () => {
    const own = { id: 'acme', name: 'Acme', issuer: 'https://id.acme.example/', ...client };
    const { oidcProviders } = readConfig({ SECRET_KEY, ...withProviders(own) });
    expect(oidcProviders).toMatchObject([{ ...own, type: 'oidc' }]);
  });

  it.each([
    [{ id: 'acme', ...client }, /^OIDC_PROVIDERS: 0: needs issuer and name/],
    [{ id: 'Google', ...client }, /^OIDC_PROVIDERS: 0\.id: /],
    [{ id: 'a/b', ...client }, /^OIDC_PROVIDERS: 0\.id: /],
    [{ id: 'google', clientId: 'x' }, /^OIDC_PROVIDERS: 0\.clientSecret: /],
    [{ id: 'google', ...client, more: 1 }, /^OIDC_PROVIDERS: 0: .*more/],
  ])('refuses %j, and repeats no secret', (provider, fault) => {
    const faults = faultsOf(withProviders(provider));
    expect(faults).toEqual([expect.stringMatching(fault) as string]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('has each id once', () => {
    const google = { id: 'google', ...client };
    expect(faultsOf(withProviders(google, google))).toEqual([
      'OIDC_PROVIDERS: must have each id once',
    ]);
  });
});
