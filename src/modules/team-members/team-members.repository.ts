import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/permissions';
import { foldEmail } from '../../common/email';
import type { ListQuery } from '../../common/dto/list.query';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { Member, type MemberKind } from './member.entity';
import { alreadyMember } from './team-members.errors';

/** A member with what is known of the person. */
export interface MemberWithPerson extends Pick<
  Member,
  'id' | 'kind' | 'role' | 'status' | 'joinedAt'
> {
  email: string | null;
  fullName: string | null;
}

export interface FirstMembers {
  owner: Member;
  sdk: Member;
  support: Member;
}

@Injectable()
export class TeamMembersRepository {
  /** The three members of a new business: its owner, the holder of its API keys, and the seat for support. */
  async insertFirst(tx: Transaction, ownerUserId: string): Promise<FirstMembers> {
    const member = (kind: MemberKind): Member => ({
      businessId: tx.requireBusinessId(),
      id: newId(),
      kind,
      role: kind === 'person' ? 'owner' : null,
      status: 'active',
      userId: kind === 'person' ? ownerUserId : null,
      joinedAt: tx.now,
      lastUsedAt: kind === 'person' ? tx.now : null,
    });
    const first = { owner: member('person'), sdk: member('sdk'), support: member('support') };
    await tx.repository(Member).insert([first.owner, first.sdk, first.support]);
    return first;
  }

  /** All members, newest first; one more than `limit`. */
  list(tx: Transaction, { limit, cursor }: ListQuery): Promise<MemberWithPerson[]> {
    const [joinedAt, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    return tx.query<MemberWithPerson>(
      `${MEMBERS} AND ($2::timestamptz IS NULL OR (members.joined_at, members.id) < ($2, $3::uuid))
       ORDER BY members.joined_at DESC, members.id DESC LIMIT $4`,
      [tx.requireBusinessId(), joinedAt, id, limit + 1],
    );
  }

  async find(tx: Transaction, id: string): Promise<MemberWithPerson | null> {
    const [member] = await tx.query<MemberWithPerson>(`${MEMBERS} AND members.id = $2`, [
      tx.requireBusinessId(),
      id,
    ]);
    return member ?? null;
  }

  /**
   * Locks what a change of a member is decided on: the active owners, the member, and who asks. In one order,
   * so that two owners who demote each other at once come one after the other.
   */
  lockTeam(tx: Transaction, memberIds: string[]): Promise<Member[]> {
    return tx
      .repository(Member)
      .createQueryBuilder('member')
      .setLock('pessimistic_write')
      .where('member.businessId = :businessId', { businessId: tx.requireBusinessId() })
      .andWhere(
        `(member.id IN (:...memberIds) OR (member.role = 'owner' AND member.status = 'active'))`,
        { memberIds },
      )
      .orderBy('member.id')
      .getMany();
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<Pick<Member, 'role' | 'status'>>,
  ): Promise<void> {
    await tx.repository(Member).update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.repository(Member).delete({ businessId: tx.requireBusinessId(), id });
  }

  /** @throws 409 already_member */
  async insertPerson(tx: Transaction, userId: string, role: Role): Promise<Member> {
    const joined = {
      businessId: tx.requireBusinessId(),
      id: newId(),
      userId,
      role,
      joinedAt: tx.now,
      lastUsedAt: tx.now,
    };
    const member: Member = { ...joined, kind: 'person', status: 'active' };
    try {
      await tx.repository(Member).insert(member);
    } catch (error) {
      if (violatedConstraint(error) === 'uq_members_user') throw alreadyMember();
      throw error;
    }
    return member;
  }

  /** Whether somebody with this address belongs to the business, deactivated or not. */
  async hasEmail(tx: Transaction, email: string): Promise<boolean> {
    const rows = await tx.query(`${MEMBERS} AND users.email_folded = $2`, [
      tx.requireBusinessId(),
      foldEmail(email),
    ]);
    return rows.length > 0;
  }

  /** The addresses of the active owners. */
  async listOwnerEmails(tx: Transaction): Promise<string[]> {
    const owners = `${MEMBERS} AND members.role = 'owner' AND members.status = 'active'`;
    return (await tx.query<{ email: string }>(owners, [tx.requireBusinessId()])).map(
      ({ email }) => email,
    );
  }

  /** The seat that staff act from. */
  getSupportMember(tx: Transaction): Promise<Member> {
    return tx
      .repository(Member)
      .findOneByOrFail({ businessId: tx.requireBusinessId(), kind: 'support' });
  }

  /** The member that holds the API keys. */
  getSdkMember(tx: Transaction): Promise<Member> {
    return tx
      .repository(Member)
      .findOneByOrFail({ businessId: tx.requireBusinessId(), kind: 'sdk' });
  }

  async markUsed(tx: Transaction, businessId: string, id: string): Promise<void> {
    await tx.repository(Member).update({ businessId, id }, { lastUsedAt: tx.now });
  }
}

const MEMBERS = `
  SELECT members.id, members.kind, members.role, members.status, members.joined_at AS "joinedAt",
         users.email, users.full_name AS "fullName"
  FROM members LEFT JOIN users ON users.id = members.user_id
  WHERE members.business_id = $1`;
