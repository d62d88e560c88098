import { newId } from '../../src/common/ids';
import type { TestDatabase } from './test-database';

/** An identity of the person with this address, linked. @returns its id */
export async function linkIdentity(
  database: TestDatabase,
  email: string,
  issuer: string,
  subject: string,
): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO identities (id, user_id, issuer, subject, email, created_at, last_used_at)
     SELECT $1, id, $3, $4, email, now(), now() FROM users WHERE email = $2`,
    [id, email, issuer, subject],
  );
  return id;
}
