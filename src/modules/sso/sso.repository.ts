import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { SsoRole } from './sso-rules';

export interface SsoConnection {
  businessId: string;
  id: string;
  issuer: string;
  clientId: string;
  /** Encrypted. */
  clientSecret: Buffer;
  rolesClaim: string | null;
  roles: { value: string; role: SsoRole }[];
  defaultRole: SsoRole;
  updatedAt: Date;
}

export interface SsoDomain {
  domain: string;
  proof: string;
  provenAt: Date | null;
}

@Injectable()
export class SsoRepository {
  async find(tx: Transaction): Promise<SsoConnection | null> {
    const [found] = await tx.query<SsoConnection>(FIND, [tx.requireBusinessId()]);
    return found ?? null;
  }

  /** Of an active business, with its name. Platform scope. */
  async findById(
    tx: Transaction,
    id: string,
  ): Promise<(SsoConnection & { businessName: string }) | null> {
    const [found] = await tx.query<SsoConnection & { businessName: string }>(FIND_BY_ID, [id]);
    return found ?? null;
  }

  /** That of the business which has proven the domain. Platform scope. */
  async findIdByDomain(
    tx: Transaction,
    domain: string,
  ): Promise<{ id: string; name: string } | null> {
    const [found] = await tx.query<{ id: string; name: string }>(FIND_BY_DOMAIN, [domain]);
    return found ?? null;
  }

  async save(tx: Transaction, sso: Omit<SsoConnection, 'businessId' | 'updatedAt'>): Promise<void> {
    const { id, issuer, clientId, clientSecret, rolesClaim, roles, defaultRole } = sso;
    await tx.execute(SAVE, [
      tx.requireBusinessId(),
      id,
      issuer,
      clientId,
      clientSecret,
      rolesClaim,
      JSON.stringify(roles),
      defaultRole,
      tx.now,
    ]);
  }

  /** @returns false where there was none */
  async delete(tx: Transaction): Promise<boolean> {
    const sql = 'DELETE FROM sso_connections WHERE business_id = $1';
    return (await tx.execute(sql, [tx.requireBusinessId()])) === 1;
  }

  listDomains(tx: Transaction): Promise<SsoDomain[]> {
    return tx.query<SsoDomain>(LIST_DOMAINS, [tx.requireBusinessId()]);
  }

  /** Those that are named; what they were proven by stays. */
  async setDomains(tx: Transaction, domains: string[], newProof: () => string): Promise<void> {
    const businessId = tx.requireBusinessId();
    await tx.execute('DELETE FROM sso_domains WHERE business_id = $1 AND domain <> ALL ($2)', [
      businessId,
      domains,
    ]);
    for (const domain of domains) await tx.execute(ADD_DOMAIN, [businessId, domain, newProof()]);
  }

  async prove(tx: Transaction, domain: string, by: 'dns' | 'staff'): Promise<void> {
    await tx.execute(PROVE, [tx.requireBusinessId(), domain, tx.now, by]);
  }
}

const COLUMNS = `
  sso.business_id AS "businessId", sso.id, sso.issuer, sso.client_id AS "clientId", sso.client_secret AS "clientSecret",
  sso.roles_claim AS "rolesClaim", sso.roles, sso.default_role AS "defaultRole", sso.updated_at AS "updatedAt"`;

const FIND = `SELECT ${COLUMNS} FROM sso_connections AS sso WHERE business_id = $1`;

const FIND_BY_ID = `
  SELECT ${COLUMNS}, business.name AS "businessName"
  FROM sso_connections AS sso JOIN businesses AS business ON business.id = sso.business_id
  WHERE sso.id = $1 AND business.status = 'active'`;

const FIND_BY_DOMAIN = `
  SELECT sso.id, business.name
  FROM sso_domains AS domain
  JOIN sso_connections AS sso ON sso.business_id = domain.business_id
  JOIN businesses AS business ON business.id = domain.business_id
  WHERE domain.domain = $1 AND domain.proven_at IS NOT NULL AND business.status = 'active'`;

const SAVE = `
  INSERT INTO sso_connections (business_id, id, issuer, client_id, client_secret, roles_claim, roles, default_role, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
  ON CONFLICT (business_id) DO UPDATE
  SET issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
      roles_claim = excluded.roles_claim, roles = excluded.roles, default_role = excluded.default_role,
      updated_at = excluded.updated_at`;

const LIST_DOMAINS = `
  SELECT domain, proof, proven_at AS "provenAt" FROM sso_domains WHERE business_id = $1 ORDER BY domain`;

const ADD_DOMAIN = `
  INSERT INTO sso_domains (business_id, domain, proof) VALUES ($1, $2, $3) ON CONFLICT (business_id, domain) DO NOTHING`;

const PROVE = `
  UPDATE sso_domains SET proven_at = $3, proven_by = $4
  WHERE business_id = $1 AND domain = $2 AND proven_at IS NULL`;
