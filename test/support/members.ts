import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/common/access/permissions';
import { newId } from '../../src/common/ids';
import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import { PASSWORD, signUp, type Customer } from './customers';
import type { TestApplication } from './test-application';
import type { TestDatabase } from './test-database';

type Owned = Pick<Customer, 'business' | 'email'>;

export interface AddedMember {
  id: string;
  email: string;
  token: string;
}

/** A further member of the customer's business with this role, in the database and logged in; the password is PASSWORD. */
export async function addMember(
  server: TestApplication,
  customer: Owned,
  role: Role,
): Promise<AddedMember> {
  const email = `${role}-${randomBytes(6).toString('hex')}@example.com`;
  const userId = newId();
  await server.database.query(
    `INSERT INTO users (id, email, full_name, password_hash, created_at)
     SELECT $1, $2, 'Grace Hopper', password_hash, now() FROM users WHERE email = $3`,
    [userId, email, customer.email],
  );
  const id = await joinBusiness(server.database, userId, customer.business.id, role);
  const { session } = await logIn(server, email);
  return { id, email, token: session.token };
}

/** Makes a person a member of a business. @returns the member's id */
export async function joinBusiness(
  database: TestDatabase,
  userId: string,
  businessId: string,
  role: Role,
): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO members (business_id, id, kind, role, status, user_id, joined_at)
     VALUES ($1, $2, 'person', $3, 'active', $4, now())`,
    [businessId, id, role, userId],
  );
  return id;
}

export async function logIn(
  server: Pick<TestApplication, 'post'>,
  email: string,
  changes: object = {},
): Promise<SwitchResponse> {
  const credentials = { email, password: PASSWORD, ...changes };
  const response = await server.post('/v1/auth/login', undefined, credentials);
  if (response.status !== 200)
    throw new Error(`login answered ${response.status}: ${response.text}`);
  return response.body as SwitchResponse;
}

/** A person who belonged to a business, was removed from it by SQL, and has logged in since. */
export async function logInWithoutBusiness(
  server: TestApplication,
): Promise<Pick<AddedMember, 'email' | 'token'>> {
  const { id, email } = await addMember(server, await signUp(server), 'member');
  await server.database.query('DELETE FROM members WHERE id = $1', [id]);
  const { session } = await logIn(server, email);
  return { email, token: session.token };
}
