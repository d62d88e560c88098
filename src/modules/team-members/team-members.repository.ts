import { Injectable } from '@nestjs/common';
import type { MemberKind } from '../../common/access/seats';
import { permissionsOf, type Permission, type Role } from '../../common/access/permissions';
import type { ListQuery } from '../../common/dto/list.query';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import { permissionDenied } from '../../common/problems';
import { emailForms, matchesEmail, nearestFirst } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import { Member } from './member.entity';
import { alreadyMember } from './team-members.errors';

/** A member with the person's details. */
export interface MemberWithPerson extends Pick<
  Member,
  'id' | 'kind' | 'role' | 'status' | 'joinedAt'
> {
  email: string | null;
  fullName: string | null;
}

export interface Owner {
  id: string;
  email: string;
  fullName: string;
}

export interface FirstMembers {
  owner: Member;
  sdk: Member;
  support: Member;
}

@Injectable()
export class TeamMembersRepository {
  /** The three members of a new business: its owner, the holder of its API keys, and the support seat. */
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
   * Locks what a change of a member is decided on: the active owners, the member, and the caller. In a fixed order, so
   * that two owners who demote each other run one after the other.
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

  /**
   * Makes a person a member, or reactivates a deactivated one with this role: the same member, with its history.
   * @throws 409 already_member
   */
  async join(tx: Transaction, userId: string, role: Role): Promise<Member> {
    const parameters = [tx.requireBusinessId(), newId(), role, userId, tx.now];
    const [member] = await tx.query<Member>(JOIN, parameters);
    if (!member) throw alreadyMember();
    return member;
  }

  /** The member with this address, active or not. */
  async findByEmail(tx: Transaction, email: string): Promise<MemberWithPerson | null> {
    const parameters = [tx.requireBusinessId(), ...emailForms(email)];
    const [member] = await tx.query<MemberWithPerson>(MEMBER_BY_EMAIL, parameters);
    return member ?? null;
  }

  /** The person's member, active or not. */
  findOfPerson(tx: Transaction, userId: string): Promise<Member | null> {
    return tx.repository(Member).findOneBy({ businessId: tx.requireBusinessId(), userId });
  }

  /** The caller's member, locked until the transaction ends: a change of role, a deactivation and a removal wait. */
  lockCaller(tx: Transaction): Promise<Member | null> {
    return this.lock(tx, tx.requireMember().memberId);
  }

  /** A member, locked like the caller. */
  async lock(tx: Transaction, id: string): Promise<Member | null> {
    const where = { businessId: tx.requireBusinessId(), id };
    return tx.repository(Member).findOne({ where, lock: { mode: 'pessimistic_read' } });
  }

  /** Locks the caller's member and checks that it still has the permission. @throws 403 permission_denied */
  async assertCallerMay(tx: Transaction, permission: Permission): Promise<void> {
    const caller = await this.lockCaller(tx);
    const isPermitted =
      caller?.status === 'active' && permissionsOf(caller.role).includes(permission);
    if (!isPermitted) throw permissionDenied();
  }

  /** Null where there is no such active member. */
  async findActiveRole(tx: Transaction, id: string): Promise<Role | null> {
    const where = { businessId: tx.requireBusinessId(), id, status: 'active' as const };
    return (await tx.repository(Member).findOneBy(where))?.role ?? null;
  }

  /** The active persons of these roles, the first one first. */
  listActive(tx: Transaction, roles: Role[]): Promise<Owner[]> {
    return tx.query<Owner>(ACTIVE, [tx.requireBusinessId(), roles]);
  }

  async listNames(tx: Transaction, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ id: string; name: string }>(NAMES, [tx.requireBusinessId(), ids]);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Platform scope. */
  countOwned(tx: Transaction, userId: string): Promise<number> {
    return tx.repository(Member).countBy({ userId, role: 'owner', status: 'active' });
  }

  /** Every business has one of each. */
  getSystemMember(tx: Transaction, kind: 'support' | 'sdk'): Promise<Member> {
    return tx.repository(Member).findOneByOrFail({ businessId: tx.requireBusinessId(), kind });
  }

  async markUsed(tx: Transaction, id: string): Promise<void> {
    const where = { businessId: tx.requireBusinessId(), id };
    await tx.repository(Member).update(where, { lastUsedAt: tx.now });
  }
}

const JOIN = `
  INSERT INTO members (business_id, id, kind, role, status, user_id, joined_at, last_used_at)
  VALUES ($1, $2, 'person', $3, 'active', $4, $5, $5)
  ON CONFLICT (business_id, user_id) DO UPDATE
  SET role = excluded.role, status = 'active', last_used_at = excluded.last_used_at
  WHERE members.status = 'deactivated'
  RETURNING business_id AS "businessId", id, kind, role, status, user_id AS "userId", joined_at AS "joinedAt",
            last_used_at AS "lastUsedAt"`;

const MEMBERS = `
  SELECT members.id, members.kind, members.role, members.status, members.joined_at AS "joinedAt",
         users.email, users.full_name AS "fullName"
  FROM members LEFT JOIN users ON users.id = members.user_id
  WHERE members.business_id = $1`;

const MEMBER_BY_EMAIL = `${MEMBERS} AND ${matchesEmail('users', 2)} ${nearestFirst('users', 2)}`;

const NAMES = `
  SELECT members.id, users.full_name AS name FROM members JOIN users ON users.id = members.user_id
  WHERE members.business_id = $1 AND members.id = ANY ($2::uuid[])`;

const ACTIVE = `
  SELECT members.id, users.email, users.full_name AS "fullName"
  FROM members JOIN users ON users.id = members.user_id
  WHERE members.business_id = $1 AND members.role = ANY ($2) AND members.status = 'active'
  ORDER BY members.joined_at, members.id`;
