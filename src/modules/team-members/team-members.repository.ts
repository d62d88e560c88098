import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import { Member, type MemberKind } from './member.entity';

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
