import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { validateFields } from '../../platform/http/validation';
import { emailTaken } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import { assertPasswordIsStrong } from '../identity/password-rules';
import { CreateStaffFields } from './create-staff.fields';
import { StaffAccount } from './staff-account.entity';

type NewStaffAccount = Pick<StaffAccount, 'email' | 'name' | 'passwordHash'>;

@Injectable()
export class StaffService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws 409 email_taken, 422 validation_failed, 422 password_too_weak */
  async create(context: RequestContext, given: CreateStaffFields): Promise<StaffAccount> {
    const { email, name, password } = await validateFields(CreateStaffFields, given);
    assertPasswordIsStrong(password, email);
    const passwordHash = await this.hasher.hash(password);
    return this.database.platform(context, 'staff belong to no tenant', (tx) =>
      insert(tx, { email, name, passwordHash }),
    );
  }
}

async function insert(tx: Transaction, fields: NewStaffAccount): Promise<StaffAccount> {
  const account = { ...fields, id: newId(), status: 'active' as const, createdAt: tx.now };
  try {
    await tx.repository(StaffAccount).insert(account);
  } catch (error) {
    if (violatedConstraint(error) === 'uq_staff_accounts_email_folded') throw emailTaken();
    throw error;
  }
  return tx.repository(StaffAccount).findOneByOrFail({ id: account.id });
}
