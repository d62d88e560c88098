import { z } from 'zod';

const text = z.string().trim().min(1);
const httpUrl = z.url({ protocol: /^https?$/ });

/** What is known of a provider by its id alone. */
const KNOWN: Record<string, { name: string; issuer: string; scopes?: string[] }> = {
  google: { name: 'Google', issuer: 'https://accounts.google.com' },
  microsoft: { name: 'Microsoft', issuer: 'https://login.microsoftonline.com/common/v2.0' },
  github: { name: 'GitHub', issuer: 'https://github.com', scopes: ['read:user', 'user:email'] },
};

const OIDC_SCOPES = ['openid', 'email', 'profile'];
const GITHUB_API = 'https://api.github.com';

const oidcProvider = z
  .strictObject({
    /** In the path of its redirect URI. */
    id: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, 'must be a-z, 0-9 and -, at most 30'),
    name: text.max(60).optional(),
    /** `github`: GitHub's own OAuth, which is no OpenID Connect. */
    type: z.enum(['oidc', 'github']).optional(),
    issuer: httpUrl.optional(),
    /** Of GitHub Enterprise Server: https://HOST/api/v3 */
    apiUrl: httpUrl.optional(),
    clientId: text,
    clientSecret: text,
    scopes: z.array(text).min(1).optional(),
  })
  .transform((given, context) => {
    const known = KNOWN[given.id];
    const issuer = given.issuer ?? known?.issuer;
    const name = given.name ?? known?.name;
    if (issuer && name) return toProvider(given, { ...known, issuer, name });
    context.addIssue({
      code: 'custom',
      message: 'needs issuer and name, but for google, microsoft, github',
    });
    return z.NEVER;
  });

interface Given {
  id: string;
  type?: 'oidc' | 'github' | undefined;
  apiUrl?: string | undefined;
  clientId: string;
  clientSecret: string;
  scopes?: string[] | undefined;
}

function toProvider(
  { id, type, apiUrl, clientId, clientSecret, scopes }: Given,
  known: { name: string; issuer: string; scopes?: string[] },
) {
  return {
    id,
    name: known.name,
    type: type ?? (id === 'github' ? ('github' as const) : ('oidc' as const)),
    issuer: known.issuer,
    apiUrl: apiUrl ?? GITHUB_API,
    clientId,
    clientSecret,
    scopes: scopes ?? known.scopes ?? OIDC_SCOPES,
  };
}

/** An identity provider of the whole installation. */
export type OidcProvider = z.infer<typeof oidcProvider>;

export const oidcProviders = z
  .array(oidcProvider)
  .refine(
    (providers) => new Set(providers.map(({ id }) => id)).size === providers.length,
    'must have each id once',
  );
