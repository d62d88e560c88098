import { Injectable } from '@nestjs/common';
import { isId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import { emailForms, matchesEmail } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import type { Business } from '../businesses/business.entity';
import type { SearchBusinessesQuery } from './dto/staff.requests';

/** Across tenants, for staff. Platform scope. */
@Injectable()
export class StaffBusinessesRepository {
  /** Businesses whose name contains the query, or with a member of this address or id; newest first; one more than `limit`. */
  search(
    tx: Transaction,
    { query = '', cursor, limit }: SearchBusinessesQuery,
  ): Promise<Business[]> {
    const [createdAt, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    const part = `%${query.replace(/[\\%_]/g, '\\$&')}%`;
    const asked = [part, query.toLowerCase(), ...emailForms(query)];
    return tx.query<Business>(SEARCH, [...asked, createdAt, id, limit + 1]);
  }
}

const SEARCH = `
  SELECT id, name, status, support_access AS "supportAccess",
         require_second_factor AS "requireSecondFactor", created_at AS "createdAt" FROM businesses
  WHERE (name ILIKE $1 OR id::text = $2 OR EXISTS (
      SELECT FROM members JOIN users ON users.id = members.user_id
      WHERE members.business_id = businesses.id AND (members.id::text = $2 OR ${matchesEmail('users', 3)})))
    AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::uuid))
  ORDER BY created_at DESC, id DESC LIMIT $7`;
