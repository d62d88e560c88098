import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { SecretBox } from '../../platform/config/secret-box';
import { Database } from '../../platform/database/database';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { discoveryUrlOf, readJsonDocument } from '../../platform/outbound/json-document';
import { NameResolver } from '../../platform/outbound/name-resolver';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import { findUrlFault } from '../../platform/outbound/target-url';
import { BusinessesService } from '../businesses/businesses.service';
import type { SetSsoRequest, TestResult } from './dto/sso';
import { findIssuerFault, roleIn, toDomain, type SsoRole } from './sso-rules';
import { domainNotFound, domainNotProven, domainTaken, ssoNotFound } from './sso.errors';
import { SsoRepository, type SsoConnection, type SsoDomain } from './sso.repository';

const REASON = 'who signs in belongs to no tenant yet';
const PROOF_BYTES = 16;

export type SsoWithDomains = Omit<SsoConnection, 'clientSecret'> & { domains: SsoDomain[] };

/** What signing in needs of it. */
export interface SsoProvider {
  id: string;
  name: string;
  businessId: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The proven ones. */
  domains: string[];
  roleFor: (claims: Readonly<Record<string, unknown>>) => SsoRole;
}

/** The identity provider of a business. */
@Injectable()
export class SsoService {
  constructor(
    private readonly database: Database,
    private readonly sso: SsoRepository,
    private readonly businesses: BusinessesService,
    private readonly secrets: SecretBox,
    private readonly outbound: OutboundClient,
    private readonly resolver: NameResolver,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws 404 sso_not_found */
  get(context: RequestContext): Promise<SsoWithDomains> {
    return this.database.transaction(context, (tx) => this.load(tx));
  }

  /** @throws 422 validation_failed */
  set(context: RequestContext, request: SetSsoRequest): Promise<SsoWithDomains> {
    const { issuer, clientId, rolesClaim = null, roles = [], defaultRole = 'viewer' } = request;
    const fault = findUrlFault(issuer, this.config, '/issuer') ?? findIssuerFault(issuer);
    if (fault) throw validationFailed([fault]);
    return this.database.transaction(context, async (tx) => {
      await this.businesses.lockNamed(tx); // of two at once, the second sees what the first has set
      const before = await this.sso.find(tx);
      const clientSecret = this.secretFor(tx, request, before);
      const id = before?.id ?? newId();
      await this.sso.save(tx, {
        id,
        issuer,
        clientId,
        clientSecret,
        rolesClaim,
        roles,
        defaultRole,
      });
      await this.sso.setDomains(tx, [...new Set(request.domains.map(toDomain))], newProof);
      return this.load(tx);
    });
  }

  /** @throws 404 sso_not_found */
  remove(context: RequestContext): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      if (!(await this.sso.delete(tx))) throw ssoNotFound();
    });
  }

  /** Looks for the TXT record. @throws 404 domain_not_found, sso_not_found, 409 domain_not_proven, domain_taken */
  async proveByDns(context: RequestContext, text: string): Promise<SsoWithDomains> {
    const domain = toDomain(text);
    const { domains } = await this.get(context);
    const wanted = domains.find((each) => each.domain === domain);
    if (!wanted) throw domainNotFound();
    const found = await this.resolver.texts(recordNameOf(domain)).catch((): string[] => []);
    if (!found.includes(recordOf(wanted))) throw domainNotProven();
    return this.prove(context, domain, 'dns');
  }

  /** Staff have made sure otherwise. @throws 404 domain_not_found, sso_not_found, 409 domain_taken */
  async proveByStaff(context: RequestContext, text: string): Promise<SsoWithDomains> {
    const domain = toDomain(text);
    const { domains } = await this.get(context);
    if (!domains.some((each) => each.domain === domain)) throw domainNotFound();
    return this.prove(context, domain, 'staff');
  }

  /** Asks the provider for its discovery document and its keys. @throws 404 sso_not_found */
  async test(context: RequestContext): Promise<TestResult> {
    const { issuer } = await this.get(context);
    try {
      const url = discoveryUrlOf(issuer);
      const document = await readJsonDocument(this.outbound, context, url);
      const { authorization_endpoint: authorize, token_endpoint: token, jwks_uri: jwks } = document;
      const areTexts = [authorize, token, jwks].every((each) => typeof each === 'string');
      if (document.issuer !== issuer || !areTexts) return 'unusable';
      const { keys } = await readJsonDocument(this.outbound, context, jwks as string);
      return Array.isArray(keys) && keys.length > 0 ? 'ok' : 'unusable';
    } catch (error) {
      if (error instanceof OutboundFailure) return error.reason;
      throw error;
    }
  }

  /** The sign-in of the company that has proven the domain of an address. */
  findByDomain(
    context: RequestContext,
    domain: string,
  ): Promise<{ id: string; name: string } | null> {
    return this.database.platform(context, REASON, (tx) => this.sso.findIdByDomain(tx, domain));
  }

  /** Of an active business, where one of its domains is proven. */
  findProvider(context: RequestContext, id: string): Promise<SsoProvider | null> {
    return this.database.platform(context, REASON, async (tx) => {
      const found = await this.sso.findById(tx, id);
      if (!found) return null;
      const { businessId, businessName: name, issuer, clientId, clientSecret } = found;
      const listed = await this.sso.listDomains(tx.with({ businessId }));
      const domains = listed.filter(({ provenAt }) => provenAt).map(({ domain }) => domain);
      if (domains.length === 0) return null;
      const secret = this.secrets.open(clientSecret, rowOf(businessId)).toString();
      const roleFor = (claims: Readonly<Record<string, unknown>>) => roleIn(claims, found);
      return { id, name, businessId, issuer, clientId, clientSecret: secret, domains, roleFor };
    });
  }

  /** A secret is for one client of one issuer: it is sent to no other. */
  private secretFor(
    tx: Transaction,
    { issuer, clientId, clientSecret }: SetSsoRequest,
    before: SsoConnection | null,
  ): Buffer {
    if (clientSecret !== undefined)
      return this.secrets.seal(Buffer.from(clientSecret), rowOf(tx.requireBusinessId()));
    if (before?.issuer === issuer && before.clientId === clientId) return before.clientSecret;
    const detail = 'is needed with a new issuer or client';
    throw validationFailed([{ pointer: '/clientSecret', code: 'required', detail }]);
  }

  private async prove(
    context: RequestContext,
    domain: string,
    by: 'dns' | 'staff',
  ): Promise<SsoWithDomains> {
    try {
      return await this.database.transaction(context, async (tx) => {
        await this.sso.prove(tx, domain, by);
        return this.load(tx);
      });
    } catch (error) {
      if (violatedConstraint(error) === 'uq_sso_domains_proven') throw domainTaken();
      throw error;
    }
  }

  private async load(tx: Transaction): Promise<SsoWithDomains> {
    const found = await this.sso.find(tx);
    if (!found) throw ssoNotFound();
    const { clientSecret: _, ...shown } = found;
    return { ...shown, domains: await this.sso.listDomains(tx) };
  }
}

/** Where the TXT record of a domain belongs. Pure. */
export function recordNameOf(domain: string): string {
  return `_tenantry.${domain}`;
}

/** What it says. Pure. */
export function recordOf({ proof }: SsoDomain): string {
  return `tenantry-domain=${proof}`;
}

function newProof(): string {
  return randomBytes(PROOF_BYTES).toString('base64url');
}

/** A secret that is copied into the row of another business cannot be opened there. */
function rowOf(businessId: string): Buffer {
  return Buffer.from(`sso ${businessId}`);
}
