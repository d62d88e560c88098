import { check, Choice, Id, Instant, list, ListOf, Name, Text } from '../../../common/fields';
import { isDomain, SSO_ROLES, type SsoRole } from '../sso-rules';

const MOST_ROLES = 50;
const MOST_DOMAINS = 20;
const URL_LENGTH = 500;

export class SsoRoleMapping {
  @Name({ description: 'That the claim has, or holds in its list', example: 'tenantry-admins' })
  value!: string;

  @Choice('SsoRole', SSO_ROLES)
  role!: SsoRole;
}

export class SetSsoRequest {
  @Text({
    min: 1,
    max: URL_LENGTH,
    example: 'https://login.acme.example',
    description: 'Of the OpenID Connect provider, as its discovery document names it',
  })
  issuer!: string;

  @Text({ min: 1, max: 300, example: 'tenantry' })
  clientId!: string;

  @Text({
    optional: true,
    min: 1,
    max: 1_000,
    description: 'Kept where it is left out, unless the issuer or the client is another',
  })
  clientSecret?: string;

  @list(
    {
      max: MOST_DOMAINS,
      example: ['acme.example'],
      description: 'Of the addresses of its people; each counts once it is proven',
    },
    { type: 'array', items: { type: 'string' } },
    [
      check(
        'domain',
        (domains) => Array.isArray(domains) && domains.every(isDomain),
        'must hold names of domains, like acme.example',
      ),
    ],
  )
  domains!: string[];

  @Name({
    optional: true,
    nullable: true,
    description: 'The claim that says the roles',
    example: 'groups',
  })
  rolesClaim?: string | null;

  @ListOf(() => SsoRoleMapping, { optional: true, max: MOST_ROLES })
  roles?: SsoRoleMapping[];

  @Choice('SsoRole', SSO_ROLES, {
    optional: true,
    description: 'Where the claim names none; viewer by default',
  })
  defaultRole?: SsoRole;
}

export class DnsRecordResponse {
  @Text({ example: '_tenantry.acme.example' })
  name!: string;

  @Text({ example: 'tenantry-domain=…' })
  value!: string;
}

export class SsoDomainResponse {
  @Text({ example: 'acme.example' })
  domain!: string;

  @Instant({ nullable: true, description: 'Null: its people cannot sign in with it yet' })
  provenAt!: string | null;

  @ListOf(() => DnsRecordResponse, { description: 'The TXT record that proves it' })
  records!: DnsRecordResponse[];
}

export class SsoResponse {
  @Id({ description: 'The `provider` of POST /v1/auth/sign-ins' })
  id!: string;

  @Text()
  issuer!: string;

  @Text()
  clientId!: string;

  @Text({ description: 'To be registered with the provider' })
  redirectUri!: string;

  @ListOf(() => SsoDomainResponse)
  domains!: SsoDomainResponse[];

  @Name({ nullable: true })
  rolesClaim!: string | null;

  @ListOf(() => SsoRoleMapping)
  roles!: SsoRoleMapping[];

  @Choice('SsoRole', SSO_ROLES)
  defaultRole!: SsoRole;

  @Instant()
  updatedAt!: string;
}

export class DomainRequest {
  @Text({ min: 1, max: 253, example: 'acme.example' })
  domain!: string;
}

export const TEST_RESULTS = [
  'ok',
  'address_refused',
  'timed_out',
  'not_reached',
  'unusable',
] as const;
export type TestResult = (typeof TEST_RESULTS)[number];

export class SsoTestResponse {
  @Choice('SsoTestResult', TEST_RESULTS, {
    description: 'unusable: what it answers is no discovery document of this issuer, or no keys',
  })
  result!: TestResult;
}
