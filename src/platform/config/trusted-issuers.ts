import { z } from 'zod';

/**
 * What a JWT of another issuer may be signed with. Nothing symmetric: a public key would be its secret (RFC 8725,
 * section 3.1).
 */
export const TOKEN_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

const text = z.string().trim().min(1);
const httpUrl = z.url({ protocol: /^https?$/ });

const trustedIssuer = z
  .strictObject({
    /** As the tokens name it, to the letter. */
    issuer: httpUrl,
    /** Unset: where its `/.well-known/openid-configuration` says. */
    jwksUri: httpUrl.optional(),
    audience: z.union([text.transform((one) => [one]), z.array(text).min(1)]).optional(),
    /** Of the claim `azp`. */
    authorizedParties: z.array(text).min(1).optional(),
    algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1),
    /** The claim that names the business which the person joins. */
    businessClaim: text.optional(),
    /** The claim with an address that the issuer has verified. Unset: `email`, where `email_verified` is true. */
    emailClaim: text.optional(),
  })
  .refine(
    ({ audience, authorizedParties }) => audience ?? authorizedParties,
    'needs audience or authorizedParties: a token for another application must not open this one',
  );

/** An issuer whose tokens `POST /v1/auth/exchange` takes. */
export type TrustedIssuer = z.infer<typeof trustedIssuer>;

/** The JSON of a setting; a fault says where, and never repeats what was given. */
export function jsonOf<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

export const trustedIssuers = z
  .array(trustedIssuer)
  .refine(
    (issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length,
    'must name each issuer once',
  );
