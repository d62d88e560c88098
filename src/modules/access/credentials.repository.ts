import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/permissions';
import type { Transaction } from '../../platform/database/transaction';
import type { Credential } from './credential';

/** A credential with the moment of its last recorded use. */
export interface FoundCredential extends Credential {
  lastUsedAt: Date | null;
}

/** Finds who a token belongs to: by its hash, across tenants, in one statement. */
@Injectable()
export class CredentialsRepository {
  async findSession(
    tx: Transaction,
    tokenHash: Buffer,
    usedAfter: Date,
    createdAfter: Date,
  ): Promise<FoundCredential | null> {
    const [row] = await tx.query<SessionRow>(FIND_SESSION, [tokenHash, usedAfter, createdAfter]);
    if (!row) return null;
    const {
      id: credentialId,
      memberId,
      userId,
      role,
      email,
      businessId,
      businessStatus,
      lastUsedAt,
    } = row;
    const member = { memberId, userId, role, kind: 'person' as const, credentialId };
    return {
      kind: 'session',
      actor: { kind: 'person', id: memberId, email },
      businessId,
      businessStatus,
      member,
      lastUsedAt,
    };
  }

  async findApiKey(tx: Transaction, tokenHash: Buffer): Promise<FoundCredential | null> {
    const [row] = await tx.query<ApiKeyRow>(FIND_API_KEY, [tokenHash, tx.now]);
    if (!row) return null;
    const { id: credentialId, memberId, businessId, businessStatus, lastUsedAt } = row;
    const member = { memberId, userId: null, role: null, kind: 'sdk' as const, credentialId };
    return {
      kind: 'api_key',
      actor: { kind: 'sdk', id: memberId, email: null },
      businessId,
      businessStatus,
      member,
      lastUsedAt,
    };
  }

  async markUsed(tx: Transaction, { kind, businessId, member }: Credential): Promise<void> {
    const table = kind === 'api_key' ? 'api_keys' : 'sessions';
    await tx.query(`UPDATE ${table} SET last_used_at = $3 WHERE business_id = $1 AND id = $2`, [
      businessId,
      member.credentialId,
      tx.now,
    ]);
  }
}

interface ApiKeyRow {
  id: string;
  memberId: string;
  businessId: string;
  businessStatus: 'active' | 'deactivated';
  lastUsedAt: Date | null;
}

interface SessionRow extends ApiKeyRow {
  userId: string;
  role: Role;
  email: string;
}

const FIND_SESSION = `
  SELECT session.id, session.member_id AS "memberId", session.user_id AS "userId", session.last_used_at AS "lastUsedAt",
         member.role, person.email, session.business_id AS "businessId", business.status AS "businessStatus"
  FROM sessions AS session
  JOIN members AS member ON member.business_id = session.business_id AND member.id = session.member_id
  JOIN businesses AS business ON business.id = session.business_id
  JOIN users AS person ON person.id = session.user_id
  WHERE session.token_hash = $1 AND session.last_used_at > $2 AND session.created_at > $3 AND member.status = 'active'`;

const FIND_API_KEY = `
  SELECT key.id, key.member_id AS "memberId", key.last_used_at AS "lastUsedAt",
         key.business_id AS "businessId", business.status AS "businessStatus"
  FROM api_keys AS key
  JOIN members AS member ON member.business_id = key.business_id AND member.id = key.member_id
  JOIN businesses AS business ON business.id = key.business_id
  WHERE key.token_hash = $1 AND key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > $2)
    AND member.status = 'active'`;
