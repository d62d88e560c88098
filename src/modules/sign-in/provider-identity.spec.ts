import type { Provider } from './provider';
import { identityOf } from './provider-identity';

const GOOGLE: Provider = {
  id: 'google',
  name: 'Google',
  type: 'oidc',
  issuer: 'https://accounts.google.com',
  apiUrl: '',
  clientId: 'tenantry',
  clientSecret: 'secret',
  scopes: [],
  business: null,
};
const MICROSOFT = { ...GOOGLE, issuer: 'https://login.microsoftonline.com/common/v2.0' };
const OF_ACME = {
  businessId: 'acme',
  domains: ['acme.example'],
  roleFor: () => 'viewer' as const,
};
const ADA = { iss: 'https://issuer.example', sub: '7', email: 'ada@acme.example' };
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

const emailOf = (provider: Provider, claims: object) =>
  identityOf(provider, { ...ADA, ...claims }).email;

describe('whom a provider vouches for', () => {
  it.each([
    ['Google, verified', GOOGLE, { email_verified: true }, true],
    ['Google, not verified', GOOGLE, { email_verified: false }, false],
    ['Google, unsaid', GOOGLE, {}, false],
    ['Microsoft, which any tenant may write', MICROSOFT, { email_verified: true }, false],
    ['Microsoft, of a domain of the tenant', MICROSOFT, { xms_edov: true }, true],
    ['Microsoft, the same as a number', MICROSOFT, { xms_edov: 1 }, true],
    ['Microsoft, the same as a text', MICROSOFT, { xms_edov: '1' }, true],
    ['Microsoft, of another domain', MICROSOFT, { xms_edov: false }, false],
    ['Microsoft, a personal account', MICROSOFT, { tid: PERSONAL }, true],
  ])('%s', (_, provider, claims, isVouched) => {
    expect(emailOf(provider, claims)).toBe(isVouched ? ADA.email : null);
  });

  it.each([
    ['an address of its domain', {}, 'ada@acme.example'],
    ['in capitals', { email: 'Ada@ACME.example' }, 'Ada@ACME.example'],
    ['of another domain', { email: 'ada@other.example' }, null],
    ['not verified', { email_verified: false }, null],
  ])('a business: %s', (_, claims, email) => {
    const own = { ...GOOGLE, issuer: 'https://id.acme.example', business: OF_ACME };
    if (email === null) expect(() => emailOf(own, claims)).toThrow('vouches for no e-mail');
    else expect(emailOf(own, claims)).toBe(email);
  });

  it('a business with Google: accounts of its own domain alone', () => {
    const own = { ...GOOGLE, business: OF_ACME };
    for (const hd of [undefined, 'other.example'])
      expect(() => emailOf(own, { email_verified: true, hd })).toThrow('vouches for no e-mail');
    expect(emailOf(own, { email_verified: true, hd: 'acme.example' })).toBe(ADA.email);
  });

  it('is known by the issuer of the token, which is that of the tenant', () => {
    const iss = 'https://login.microsoftonline.com/tenant/v2.0';
    expect(identityOf(MICROSOFT, { ...ADA, iss })).toMatchObject({ issuer: iss, subject: '7' });
  });

  it('is called as the provider says, where that can be read', () => {
    const nameOf = (name: unknown) => identityOf(GOOGLE, { ...ADA, name }).fullName;
    expect(nameOf(' Ada\u0000Lovelace ')).toBe('Ada Lovelace');
    expect(nameOf('x'.repeat(300))).toHaveLength(100);
    for (const odd of ['', ' ', '\u200b', 7, null, undefined]) expect(nameOf(odd)).toBeNull();
  });
});
