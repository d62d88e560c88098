import { randomBytes } from 'node:crypto';
import { PASSWORD } from './customers';

/** An unused address. The local part is long, so that no password contains it by chance. */
export function newEmail(local = 'person'): string {
  return `${local}-${randomBytes(6).toString('hex')}@example.com`;
}

/** The body of a sign-up, for a new person unless `changes` say otherwise. */
export function aSignup(changes: object = {}): Record<string, unknown> {
  return {
    businessName: 'Acme',
    fullName: 'Ada Lovelace',
    email: newEmail(),
    password: PASSWORD,
    ...changes,
  };
}
