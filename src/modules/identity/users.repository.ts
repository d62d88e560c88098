import { Injectable } from '@nestjs/common';
import { foldEmail } from '../../common/email';
import { newId } from '../../common/ids';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { emailTaken } from './identity.errors';
import { User } from './user.entity';

export interface NewUser {
  email: string;
  fullName: string;
  passwordHash: string;
  emailVerifiedAt: Date | null;
}

@Injectable()
export class UsersRepository {
  /** Platform scope only: the address may belong to any tenant's person. */
  findByEmail(tx: Transaction, email: string): Promise<User | null> {
    return tx.repository(User).findOneBy({ emailFolded: foldEmail(email) });
  }

  async get(tx: Transaction, id: string): Promise<User> {
    return tx.repository(User).findOneByOrFail({ id });
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<Pick<User, 'fullName' | 'passwordHash' | 'emailVerifiedAt'>>,
  ): Promise<void> {
    await tx.repository(User).update({ id }, changes);
  }

  /** @throws 409 email_taken, also when two come at once */
  async insert(tx: Transaction, fields: NewUser): Promise<User> {
    const user = { ...fields, id: newId(), createdAt: tx.now };
    try {
      await tx.repository(User).insert(user);
    } catch (error) {
      if (violatedConstraint(error) === 'uq_users_email_folded') throw emailTaken();
      throw error;
    }
    return { ...user, emailFolded: foldEmail(user.email) };
  }
}
