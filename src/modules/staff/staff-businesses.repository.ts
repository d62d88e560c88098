import { Injectable } from '@nestjs/common';
import { foldEmail } from '../../common/email';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Business } from '../businesses/business.entity';
import type { SearchBusinessesQuery } from './dto/staff.requests';

export interface Owner {
  id: string;
  email: string;
  fullName: string;
}

/** Across tenants, for staff. Platform scope. */
@Injectable()
export class StaffBusinessesRepository {
  /** Businesses whose name contains the query, or with a member of this address or id; newest first; one more than `limit`. */
  search(tx: Transaction, { query, ...page }: SearchBusinessesQuery): Promise<Business[]> {
    const search = tx.repository(Business).createQueryBuilder('business').where('true');
    if (query)
      search.andWhere(MATCHES, {
        part: `%${query.replace(/[\\%_]/g, '\\$&')}%`,
        email: foldEmail(query),
        id: query.toLowerCase(),
      });
    return newestFirst(search, 'createdAt', page);
  }

  find(tx: Transaction, id: string): Promise<Business | null> {
    return tx.repository(Business).findOneBy({ id });
  }

  /** As it is and stays until the transaction ends. */
  findAndHold(tx: Transaction, id: string): Promise<Business | null> {
    const lock = { mode: 'pessimistic_read' as const };
    return tx.repository(Business).findOne({ where: { id }, lock });
  }

  async updateStatus(tx: Transaction, id: string, status: Business['status']): Promise<void> {
    await tx.repository(Business).update({ id }, { status });
  }

  listOwners(tx: Transaction, businessId: string): Promise<Owner[]> {
    return tx.query<Owner>(OWNERS, [businessId]);
  }
}

const MATCHES = `(business.name ILIKE :part OR business.id::text = :id OR EXISTS (
  SELECT FROM members JOIN users ON users.id = members.user_id
  WHERE members.business_id = business.id AND (users.email_folded = :email OR members.id::text = :id)))`;

const OWNERS = `
  SELECT members.id, users.email, users.full_name AS "fullName"
  FROM members JOIN users ON users.id = members.user_id
  WHERE members.business_id = $1 AND members.role = 'owner' AND members.status = 'active'
  ORDER BY members.joined_at, members.id`;
