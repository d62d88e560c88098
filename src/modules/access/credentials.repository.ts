import { Injectable } from '@nestjs/common';
import {
  permissionsOf,
  supportPermissions,
  type Role,
  type Scope,
  type ServiceScope,
} from '../../common/access/permissions';
import type { MemberPrincipal } from '../../common/request-context';
import type { Transaction } from '../../platform/database/transaction';
import type { Credential } from './credential';

/** A credential with the time of its last recorded use; staff's is not recorded. */
export interface FoundCredential extends Credential {
  id: string;
  lastUsedAt: Date | null;
  recordsUse: boolean;
  /** How long it is valid at most; 0: not to be cached. */
  livesMs: number;
}

/** Since when a session counts: by its last use, its age, and the last proof of its owner. */
export interface SessionTimes {
  usedAfter: Date;
  createdAfter: Date;
  provenAfter: Date;
}

/** Whether staff need a second factor; without one, a session counts from `createdAfter` on, and may only set one up. */
export interface StaffEnrolment {
  isDemanded: boolean;
  createdAfter: Date;
}

/** Finds the owner of a token by its hash, across tenants, in one statement. */
@Injectable()
export class CredentialsRepository {
  async findSession(
    tx: Transaction,
    tokenHash: Buffer,
    { usedAfter, createdAfter, provenAfter }: SessionTimes,
  ): Promise<FoundCredential | null> {
    const times = [usedAfter, createdAfter, tx.now];
    const [row] = await tx.query<SessionRow>(FIND_SESSION, [tokenHash, ...times]);
    if (!row) return null;
    const { id, memberId, userId, email, businessId, businessStatus, lastUsedAt } = row;
    const { fullName, emailVerified, hasSecondFactor, requiresSecondFactor } = row;
    const proof = proofOf(row.provenAt, provenAfter);
    const found = {
      kind: 'session' as const,
      actor: { kind: 'person' as const, id: memberId ?? userId, email },
      member: toMember(row),
      person: {
        userId,
        sessionId: id,
        fullName,
        emailVerified,
        hasSecondFactor,
        isProven: proof.isProven,
      },
      permissions: permissionsOf(row.role),
      businessId,
      businessStatus,
      isProven: proof.isProven,
      mustEnrol: requiresSecondFactor === true && !hasSecondFactor,
    };
    const ends = [
      row.createdAt.getTime() - createdAfter.getTime(),
      livesMsOf({ expiresAt: row.endsAt }, tx.now),
    ];
    const livesMs = Math.min(...ends, proof.lastsMs);
    const use = { lastUsedAt, recordsUse: true, livesMs };
    return { ...OF_NO_OTHER_KIND, ...found, ...use, id };
  }

  async findApiKey(tx: Transaction, tokenHash: Buffer): Promise<FoundCredential | null> {
    const [row] = await tx.query<ApiKeyRow>(FIND_API_KEY, [tokenHash, tx.now]);
    if (!row) return null;
    const { id, memberId, businessId, businessStatus, lastUsedAt, scopes, boundTo } = row;
    const member = {
      memberId,
      role: null,
      kind: 'sdk' as const,
      credentialId: id,
      businessName: null,
      requiresSecondFactor: false,
    };
    const actor = { kind: 'sdk' as const, id: memberId, email: null };
    const found = {
      kind: 'api_key' as const,
      actor,
      member,
      person: null,
      permissions: [],
      businessId,
      businessStatus,
    };
    const use = { lastUsedAt, recordsUse: true, livesMs: livesMsOf(row, tx.now) };
    return { ...OF_NO_OTHER_KIND, ...found, ...use, id, key: { scopes, boundTo } };
  }

  /** Its business is that which each request names. */
  async findServiceKey(tx: Transaction, tokenHash: Buffer): Promise<FoundCredential | null> {
    const [row] = await tx.query<ServiceKeyRow>(FIND_SERVICE_KEY, [tokenHash, tx.now]);
    if (!row) return null;
    const { id, scopes, businessIds, lastUsedAt } = row;
    return {
      ...OF_NO_OTHER_KIND,
      ...OUTSIDE,
      kind: 'service_key',
      actor: { kind: 'service', id, email: null },
      id,
      service: { id, businessIds, scopes },
      lastUsedAt,
      recordsUse: true,
      livesMs: livesMsOf(row, tx.now),
    };
  }

  async findStaffSession(
    tx: Transaction,
    tokenHash: Buffer,
    { createdAfter, provenAfter }: Omit<SessionTimes, 'usedAfter'>,
    enrolling: StaffEnrolment,
  ): Promise<FoundCredential | null> {
    const { isDemanded, createdAfter: enrolledAfter } = enrolling;
    const parameters = [tokenHash, createdAfter, isDemanded, enrolledAfter];
    const [row] = await tx.query<StaffSessionRow>(FIND_STAFF_SESSION, parameters);
    if (!row) return null;
    const actor = { kind: 'staff' as const, id: row.staffId, email: row.email };
    return {
      ...OF_NO_OTHER_KIND,
      ...OUTSIDE,
      kind: 'staff_session',
      actor,
      id: row.id,
      staffSessionId: row.id,
      isProven: proofOf(row.provenAt, provenAfter).isProven,
      mustEnrol: isDemanded && !row.hasSecondFactor,
      lastUsedAt: null,
      recordsUse: false,
      livesMs: 0,
    };
  }

  async findSupportSession(
    tx: Transaction,
    tokenHash: Buffer,
    createdAfter: Date,
    { isDemanded }: StaffEnrolment,
  ): Promise<FoundCredential | null> {
    const parameters = [tokenHash, createdAfter, tx.now, isDemanded];
    const [row] = await tx.query<SupportRow>(FIND_SUPPORT_SESSION, parameters);
    if (!row) return null;
    const { id, memberId, businessId, businessStatus, mode, staffId, email } = row;
    const member = {
      memberId,
      role: null,
      kind: 'support' as const,
      credentialId: id,
      businessName: null,
      requiresSecondFactor: false,
    };
    const actor = { kind: 'staff' as const, id: staffId, email };
    const found = {
      kind: 'support_session' as const,
      actor,
      member,
      person: null,
      permissions: supportPermissions(mode),
      businessId,
      businessStatus,
    };
    return {
      ...OF_NO_OTHER_KIND,
      ...found,
      id,
      support: { sessionId: id, mode },
      lastUsedAt: null,
      recordsUse: false,
      livesMs: 0,
    };
  }

  async markUsed(tx: Transaction, { kind, businessId, id }: FoundCredential): Promise<void> {
    if (kind === 'service_key') return this.markServiceKeyUsed(tx, id);
    if (!businessId) return this.markUsedWithoutBusiness(tx, id);
    const table = kind === 'api_key' ? 'api_keys' : 'sessions';
    await tx.query(`UPDATE ${table} SET last_used_at = $3 WHERE business_id = $1 AND id = $2`, [
      businessId,
      id,
      tx.now,
    ]);
  }

  private async markServiceKeyUsed(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE service_keys SET last_used_at = $2 WHERE id = $1', [id, tx.now]);
  }

  private async markUsedWithoutBusiness(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE user_sessions SET last_used_at = $2 WHERE id = $1', [id, tx.now]);
  }
}

/** What a kind of credential has not. */
const OF_NO_OTHER_KIND = {
  key: null,
  service: null,
  support: null,
  staffSessionId: null,
  isProven: false,
  mustEnrol: false,
};

const OUTSIDE = {
  businessId: null,
  businessStatus: null,
  member: null,
  person: null,
  permissions: [],
};

/** Once it lapses, the credential is looked up again. */
function proofOf(provenAt: Date, provenAfter: Date): { isProven: boolean; lastsMs: number } {
  const lastsMs = provenAt.getTime() - provenAfter.getTime();
  return lastsMs > 0 ? { isProven: true, lastsMs } : { isProven: false, lastsMs: Infinity };
}

function livesMsOf({ expiresAt }: { expiresAt: Date | null }, now: Date): number {
  return expiresAt ? expiresAt.getTime() - now.getTime() : Infinity;
}

function toMember(row: SessionRow): MemberPrincipal | null {
  const { id, memberId, role, businessName, requiresSecondFactor } = row;
  if (!memberId) return null;
  const requires = requiresSecondFactor === true;
  return {
    memberId,
    role,
    kind: 'person',
    credentialId: id,
    businessName,
    requiresSecondFactor: requires,
  };
}

interface TenantRow {
  id: string;
  memberId: string;
  businessId: string;
  businessStatus: 'active' | 'deactivated';
}

interface ApiKeyRow extends TenantRow {
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  scopes: Scope[];
  boundTo: string | null;
}

interface ServiceKeyRow {
  id: string;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  scopes: ServiceScope[];
  businessIds: string[] | null;
}

/** Without a business, its columns are null. */
interface SessionRow {
  id: string;
  lastUsedAt: Date | null;
  createdAt: Date;
  endsAt: Date | null;
  userId: string;
  email: string;
  fullName: string;
  emailVerified: boolean;
  hasSecondFactor: boolean;
  provenAt: Date;
  memberId: string | null;
  role: Role | null;
  businessId: string | null;
  businessName: string | null;
  businessStatus: 'active' | 'deactivated' | null;
  requiresSecondFactor: boolean | null;
}

interface StaffRow {
  id: string;
  staffId: string;
  email: string;
}

interface StaffSessionRow extends StaffRow {
  hasSecondFactor: boolean;
  provenAt: Date;
}

interface SupportRow extends TenantRow, StaffRow {
  mode: 'read' | 'write';
}

const FIND_SESSION = `
  SELECT session.id, session.member_id AS "memberId", session.user_id AS "userId", session.last_used_at AS "lastUsedAt",
         session.created_at AS "createdAt", session.ends_at AS "endsAt", coalesce(session.proven_at, session.created_at) AS "provenAt", member.role, person.email, person.full_name AS "fullName",
         person.email_verified_at IS NOT NULL AS "emailVerified", person.has_second_factor AS "hasSecondFactor",
         business.require_second_factor AS "requiresSecondFactor", business.name AS "businessName", session.business_id AS "businessId", business.status AS "businessStatus"
  FROM (SELECT id, business_id, member_id, user_id, created_at, last_used_at, proven_at, ends_at FROM sessions WHERE token_hash = $1
        UNION ALL
        SELECT id, NULL, NULL, user_id, created_at, last_used_at, proven_at, ends_at FROM user_sessions WHERE token_hash = $1) AS session
  JOIN users AS person ON person.id = session.user_id
  LEFT JOIN members AS member ON member.business_id = session.business_id AND member.id = session.member_id
  LEFT JOIN businesses AS business ON business.id = session.business_id
  WHERE session.last_used_at > $2 AND session.created_at > $3 AND (session.ends_at IS NULL OR session.ends_at > $4)
    AND (session.business_id IS NULL OR member.status = 'active')`;

const FIND_API_KEY = `
  SELECT key.id, key.member_id AS "memberId", key.last_used_at AS "lastUsedAt", key.expires_at AS "expiresAt",
         key.scopes, key.bound_to AS "boundTo",
         key.business_id AS "businessId", business.status AS "businessStatus"
  FROM api_keys AS key
  JOIN members AS member ON member.business_id = key.business_id AND member.id = key.member_id
  JOIN businesses AS business ON business.id = key.business_id
  WHERE key.token_hash = $1 AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > $2)
    AND member.status = 'active'`;

const FIND_SERVICE_KEY = `
  SELECT id, scopes, business_ids AS "businessIds", last_used_at AS "lastUsedAt", expires_at AS "expiresAt"
  FROM service_keys
  WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`;

const FIND_STAFF_SESSION = `
  SELECT session.id, staff.id AS "staffId", staff.email, staff.has_second_factor AS "hasSecondFactor",
         coalesce(session.proven_at, session.created_at) AS "provenAt"
  FROM staff_sessions AS session JOIN staff_accounts AS staff ON staff.id = session.staff_id
  WHERE session.token_hash = $1 AND session.created_at > $2 AND staff.status = 'active'
    AND (staff.has_second_factor OR NOT $3 OR session.created_at > $4)`;

// Ends with its own time, with the staff session under which it was opened, and with the staff account.
const FIND_SUPPORT_SESSION = `
  SELECT session.id, session.member_id AS "memberId", session.mode, staff.id AS "staffId", staff.email,
         session.business_id AS "businessId", business.status AS "businessStatus"
  FROM support_sessions AS session
  JOIN staff_sessions AS staff_session ON staff_session.id = session.staff_session_id AND staff_session.created_at > $2
  JOIN staff_accounts AS staff ON staff.id = session.staff_id AND staff.status = 'active' AND (staff.has_second_factor OR NOT $4)
  JOIN businesses AS business ON business.id = session.business_id
  WHERE session.token_hash = $1 AND session.ended_at IS NULL AND session.expires_at > $3`;
