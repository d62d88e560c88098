import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import { IdentitiesRepository } from './identities.repository';
import { lastWayIn } from './identity.errors';
import { PasskeysService } from './passkeys/passkeys.service';
import { UsersRepository } from './users.repository';

/** What a person can log in with: a password, passkeys and identities. */
@Injectable()
export class WaysInService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passkeys: PasskeysService,
    private readonly identities: IdentitiesRepository,
  ) {}

  /**
   * After one was removed, in the same transaction. The person is locked: of two removals at once, the second finds
   * what the first has left. Platform scope.
   * @throws 409 last_way_in where none is left
   */
  async assertAnyLeft(tx: Transaction, userId: string): Promise<void> {
    const { passwordHash } = await this.users.get(tx, userId);
    if (passwordHash !== null) return;
    const passkeys = await this.passkeys.list(tx, { kind: 'user', id: userId });
    const identities = await this.identities.listOf(tx, userId);
    if (passkeys.length + identities.length === 0) throw lastWayIn();
  }
}
