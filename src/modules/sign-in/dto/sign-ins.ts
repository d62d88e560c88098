import { Choice, Email, Id, Instant, ListOf, Name, Nested, Text } from '../../../common/fields';
import {
  SessionRequest,
  Transport,
  type SessionTransport,
} from '../../identity/dto/session.request';

const KEY = { min: 1, max: 60, example: 'google' };
const LONGEST_CODE = 4_096;
const LONGEST_SECRET = 200;

export class BeginSignInRequest extends SessionRequest {
  @Text({ ...KEY, description: 'Of GET /v1/auth/providers' })
  provider!: string;

  @Text({
    optional: true,
    min: 1,
    max: 500,
    description:
      'A page of yours, on an origin of CORS_ORIGINS, whose path ends with the id of the provider; by default the console',
  })
  redirectUri?: string;

  @Text({
    optional: true,
    min: 1,
    max: LONGEST_SECRET,
    description: 'Of an invitation, to join by',
  })
  activationKey?: string;
}

export class BegunSignInResponse {
  @Text({ description: 'Where the browser goes' })
  url!: string;

  @Text({
    optional: true,
    description:
      'Keep it in the page, and send it when the provider has answered; left out where the request has `transport: cookie`',
  })
  handle?: string;

  @Instant()
  expiresAt!: string;
}

/** What the provider has put into the query of the redirect URI. */
export class ProviderAnswerRequest {
  @Text({ ...KEY, description: 'The last part of the path that the provider has redirected to' })
  provider!: string;

  @Text({ min: 1, max: LONGEST_SECRET, description: 'From the query' })
  state!: string;

  @Text({ optional: true, min: 1, max: LONGEST_CODE, description: 'From the query' })
  code?: string;

  @Text({ optional: true, min: 1, max: 500, description: 'From the query (RFC 9207)' })
  iss?: string;

  @Text({ optional: true, min: 1, max: 200, description: 'From the query, in place of `code`' })
  error?: string;
}

export class FinishSignInRequest extends ProviderAnswerRequest {
  @Transport()
  transport?: SessionTransport;

  @Text({
    optional: true,
    min: 1,
    max: LONGEST_SECRET,
    description: 'Of the beginning; with `transport: cookie`, the cookie has it',
  })
  handle?: string;
}

export const OWN_PURPOSES = ['link', 'prove'] as const;

export class BeginOwnSignInRequest {
  @Text({ ...KEY, description: 'Of GET /v1/auth/providers' })
  provider!: string;

  @Choice('SignInPurpose', OWN_PURPOSES, {
    description:
      'link: to sign in with it from now on. prove: who I am, for what needs a recent proof',
  })
  purpose!: (typeof OWN_PURPOSES)[number];

  @Text({ optional: true, min: 1, max: 500, description: 'As in POST /v1/auth/sign-ins' })
  redirectUri?: string;
}

export class BegunOwnSignInResponse {
  @Text({ description: 'Where the browser goes' })
  url!: string;

  @Instant()
  expiresAt!: string;
}

export class FinishedOwnSignInResponse {
  @Choice('SignInPurpose', OWN_PURPOSES)
  purpose!: (typeof OWN_PURPOSES)[number];
}

export class ProvidersQuery {
  @Email({ optional: true, description: 'Also tells how the company of this domain signs in' })
  email?: string;
}

export class ProviderResponse {
  @Text({ example: 'google' })
  id!: string;

  @Name({ example: 'Google' })
  name!: string;
}

export class ProvidersResponse {
  @ListOf(() => ProviderResponse)
  providers!: ProviderResponse[];

  @Nested(() => ProviderResponse, {
    nullable: true,
    description:
      'Of the company whose domain the address has; whether the person exists it does not say',
  })
  company!: ProviderResponse | null;
}

export class LinkIdentityRequest {
  @Text({
    optional: true,
    min: 1,
    max: 4_096,
    description: 'From the 409 `identity_not_linked`; this or `token`',
  })
  linkToken?: string;

  @Text({ optional: true, min: 1, max: 8_192, description: 'A JWT of one of TRUSTED_ISSUERS' })
  token?: string;
}

export class IdentityResponse {
  @Id()
  id!: string;

  @Text({ example: 'https://accounts.google.com' })
  issuer!: string;

  @Name({ description: 'Of the provider; its host where it is none of the installation' })
  provider!: string;

  @Email({ description: 'As the provider said when it was linked' })
  email!: string;

  @Instant()
  createdAt!: string;

  @Instant({ description: 'To the hour' })
  lastUsedAt!: string;
}

export class IdentitiesResponse {
  @ListOf(() => IdentityResponse)
  data!: IdentityResponse[];
}
