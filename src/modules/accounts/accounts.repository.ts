import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/permissions';
import { foldEmail } from '../../common/email';
import type { Transaction } from '../../platform/database/transaction';
import type { MemberKind, MemberStatus } from '../team-members/member.entity';

/** A person's place in a business, with what a login has to know. */
export interface Membership {
  userId: string;
  passwordHash: string;
  /** Null: the person belongs to no business. */
  memberId: string | null;
  businessId: string | null;
  memberStatus: MemberStatus | null;
  businessStatus: 'active' | 'deactivated' | null;
}

export interface MyAccount {
  userId: string;
  email: string;
  emailVerified: boolean;
  fullName: string;
  memberId: string;
  role: Role;
  kind: MemberKind;
  status: MemberStatus;
  businessId: string;
  businessName: string;
}

@Injectable()
export class AccountsRepository {
  /** All memberships of the person with this address, the one used last first. Platform scope. */
  listMemberships(tx: Transaction, email: string): Promise<Membership[]> {
    return tx.query<Membership>(
      `SELECT person.id AS "userId", person.password_hash AS "passwordHash", member.id AS "memberId",
              member.business_id AS "businessId", member.status AS "memberStatus", business.status AS "businessStatus"
       FROM users AS person
       LEFT JOIN members AS member ON member.user_id = person.id
       LEFT JOIN businesses AS business ON business.id = member.business_id
       WHERE person.email_folded = $1
       ORDER BY business.status, member.last_used_at DESC NULLS LAST, member.joined_at DESC`,
      [foldEmail(email)],
    );
  }

  async getMine(tx: Transaction): Promise<MyAccount> {
    const [account] = await tx.query<MyAccount>(
      `SELECT person.id AS "userId", person.email, person.email_verified_at IS NOT NULL AS "emailVerified",
              person.full_name AS "fullName", member.id AS "memberId", member.role, member.kind, member.status,
              business.id AS "businessId", business.name AS "businessName"
       FROM members AS member
       JOIN users AS person ON person.id = member.user_id
       JOIN businesses AS business ON business.id = member.business_id
       WHERE member.business_id = $1 AND member.id = $2`,
      [tx.requireBusinessId(), tx.requireMember().memberId],
    );
    if (!account) throw new Error('the member of this session is gone');
    return account;
  }
}
