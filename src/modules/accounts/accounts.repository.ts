import { Injectable } from '@nestjs/common';
import type { MemberKind, MemberStatus } from '../../common/access/seats';
import type { Role } from '../../common/access/permissions';
import type { ListQuery } from '../../common/dto/list.query';
import { isId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import { emailForms, matchesEmail, nearestFirst } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import type { Business, BusinessStatus } from '../businesses/business.entity';
import type { MemberWithPerson } from '../team-members/team-members.service';

/** A person's membership of a business, as a login needs it. */
export interface Membership {
  userId: string;
  email: string;
  emailFolded: string;
  emailKey: string | null;
  /** Null: the person has none. */
  passwordHash: string | null;
  passwordVersion: number;
  hasSecondFactor: boolean;
  /** Null: the person has no business. */
  memberId: string | null;
  businessId: string | null;
  memberStatus: MemberStatus | null;
  businessStatus: 'active' | 'deactivated' | null;
}

/** A person's membership of a business, with the business. */
export interface Place {
  member: MemberWithPerson;
  business: Business;
}

interface PlaceRow
  extends
    MemberWithPerson,
    Pick<Business, 'name' | 'supportAccess' | 'requireSecondFactor' | 'createdAt'> {
  businessId: string;
  businessStatus: BusinessStatus;
}

export interface MyMembership {
  id: string;
  name: string;
  status: 'active' | 'deactivated';
  role: Role;
  memberId: string;
  joinedAt: Date;
}

interface MyUser {
  id: string;
  email: string;
  emailVerified: boolean;
  fullName: string;
  hasSecondFactor: boolean;
}

export interface MyAccount {
  /** Null during a support session: the seat has no person. */
  user: MyUser | null;
  /** Null like the business: the person has none. */
  member: { id: string; role: Role | null; kind: MemberKind; status: MemberStatus } | null;
  business: { id: string; name: string; requireSecondFactor: boolean } | null;
  support: MySupportSession | null;
}

export interface MySupportSession {
  sessionId: string;
  staffEmail: string;
  reason: string;
  mode: 'read' | 'write';
  expiresAt: string;
}

@Injectable()
export class AccountsRepository {
  /** All memberships of the person with this address, most recently used first. Platform scope. */
  listMemberships(tx: Transaction, email: string): Promise<Membership[]> {
    return tx.query<Membership>(MEMBERSHIPS, emailForms(email));
  }

  /** The names of a person and of the person's businesses. Platform scope. */
  async listNames(tx: Transaction, userId: string): Promise<string[]> {
    const rows = await tx.query<{ name: string }>(NAMES, [userId]);
    return rows.map(({ name }) => name);
  }

  /** All the businesses of a person, also where the membership is deactivated. Platform scope. */
  async listBusinessIds(tx: Transaction, userId: string): Promise<string[]> {
    const sql = 'SELECT business_id AS id FROM members WHERE user_id = $1';
    const rows = await tx.query<{ id: string }>(sql, [userId]);
    return rows.map(({ id }) => id);
  }

  /** Active memberships of a person, newest first; one more than `limit`. Platform scope. */
  listMine(tx: Transaction, userId: string, { limit, cursor }: ListQuery): Promise<MyMembership[]> {
    const [joinedAt, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    return tx.query<MyMembership>(
      `${MY_MEMBERSHIPS} AND ($2::timestamptz IS NULL OR (member.joined_at, business.id) < ($2, $3::uuid))
       ORDER BY member.joined_at DESC, business.id DESC LIMIT $4`,
      [userId, joinedAt, id, limit + 1],
    );
  }

  /** The person's active membership of one business. Platform scope. */
  async findMine(
    tx: Transaction,
    userId: string,
    businessId: string,
  ): Promise<MyMembership | null> {
    const [membership] = await tx.query<MyMembership>(`${MY_MEMBERSHIPS} AND business.id = $2`, [
      userId,
      businessId,
    ]);
    return membership ?? null;
  }

  /**
   * Reads an active member with its business in one statement and locks it until the end of the transaction: a
   * concurrent removal or new password waits, and then finds the new session.
   * @param passwordVersion of the password that was checked; null where none was
   * @returns null when the member is gone or the password has changed
   */
  async lockPlace(
    tx: Transaction,
    memberId: string,
    passwordVersion: number | null,
  ): Promise<Place | null> {
    const parameters = [tx.requireBusinessId(), memberId, passwordVersion];
    const [row] = await tx.query<PlaceRow>(PLACE, parameters);
    if (!row) return null;
    const { businessId: id, name, businessStatus: status, createdAt, ...others } = row;
    const { supportAccess, requireSecondFactor, ...member } = others;
    const business = { id, name, status, supportAccess, requireSecondFactor, createdAt };
    return { member, business };
  }

  /** The membership that a person has just got in this transaction. */
  async getPlace(tx: Transaction, memberId: string): Promise<Place> {
    const place = await this.lockPlace(tx, memberId, null);
    if (!place) throw new Error('a new member is gone within its own transaction');
    return place;
  }

  /** The caller, in one statement. */
  async getMine(tx: Transaction): Promise<MyAccount> {
    const [row] = await tx.query<MyAccountRow>(MINE, [
      tx.requireBusinessId(),
      tx.requireMember().memberId,
      tx.supportSessionId,
    ]);
    if (!row) throw new Error('the member of this session is gone');
    return toMyAccount(row);
  }
}

const MEMBERSHIPS = `
  SELECT person.id AS "userId", person.email, person.email_folded AS "emailFolded", person.email_key AS "emailKey",
         person.password_hash AS "passwordHash", person.password_version AS "passwordVersion",
         person.has_second_factor AS "hasSecondFactor", member.id AS "memberId",
         member.business_id AS "businessId", member.status AS "memberStatus", business.status AS "businessStatus"
  FROM users AS person
  LEFT JOIN members AS member ON member.user_id = person.id
  LEFT JOIN businesses AS business ON business.id = member.business_id
  WHERE person.id = (SELECT id FROM users WHERE ${matchesEmail('users', 1)} ${nearestFirst('users', 1)})
  ORDER BY business.status, member.last_used_at DESC NULLS LAST, member.joined_at DESC`;

interface MyAccountRow {
  userId: string | null;
  email: string;
  emailVerified: boolean;
  fullName: string;
  hasSecondFactor: boolean;
  memberId: string;
  role: Role | null;
  kind: MemberKind;
  status: MemberStatus;
  businessId: string;
  businessName: string;
  requireSecondFactor: boolean;
  support: MySupportSession | null;
}

function toMyAccount(row: MyAccountRow): MyAccount {
  const { userId, email, emailVerified, fullName, hasSecondFactor } = row;
  const { memberId, role, kind, status, requireSecondFactor, support } = row;
  const user = userId && { id: userId, email, emailVerified, fullName, hasSecondFactor };
  return {
    user: user || null,
    member: { id: memberId, role, kind, status },
    business: { id: row.businessId, name: row.businessName, requireSecondFactor },
    support: support && { ...support, expiresAt: new Date(support.expiresAt).toISOString() },
  };
}

const NAMES = `
  SELECT full_name AS name FROM users WHERE id = $1
  UNION ALL
  SELECT business.name FROM members AS member JOIN businesses AS business ON business.id = member.business_id
  WHERE member.user_id = $1`;

const MINE = `
  SELECT person.id AS "userId", person.email, person.email_verified_at IS NOT NULL AS "emailVerified",
         person.full_name AS "fullName", person.has_second_factor AS "hasSecondFactor", member.id AS "memberId",
         member.role, member.kind, member.status, business.id AS "businessId", business.name AS "businessName",
         business.require_second_factor AS "requireSecondFactor",
         (SELECT json_build_object('sessionId', id, 'staffEmail', staff_email, 'reason', reason, 'mode', mode, 'expiresAt', expires_at)
          FROM support_sessions WHERE business_id = $1 AND id = $3::uuid) AS support
  FROM members AS member
  JOIN businesses AS business ON business.id = member.business_id
  LEFT JOIN users AS person ON person.id = member.user_id
  WHERE member.business_id = $1 AND member.id = $2`;

const PLACE = `
  SELECT member.id, member.kind, member.role, member.status, member.joined_at AS "joinedAt", person.email,
         person.full_name AS "fullName", business.id AS "businessId", business.name, business.status AS "businessStatus",
         business.support_access AS "supportAccess", business.require_second_factor AS "requireSecondFactor",
         business.created_at AS "createdAt"
  FROM members AS member
  JOIN businesses AS business ON business.id = member.business_id
  JOIN users AS person ON person.id = member.user_id
  WHERE member.business_id = $1 AND member.id = $2 AND member.status = 'active'
    AND ($3::integer IS NULL OR person.password_version = $3)
  FOR UPDATE OF member FOR SHARE OF person`;

const MY_MEMBERSHIPS = `
  SELECT business.id, business.name, business.status, member.role, member.id AS "memberId", member.joined_at AS "joinedAt"
  FROM members AS member JOIN businesses AS business ON business.id = member.business_id
  WHERE member.user_id = $1 AND member.status = 'active'`;
