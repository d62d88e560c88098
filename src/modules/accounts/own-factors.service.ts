import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { AuditService } from '../audit/audit.service';
import {
  PasskeysService,
  type Passkey,
  type PasskeyToRegister,
} from '../identity/passkeys/passkeys.service';
import {
  SecondFactorsService,
  type AddedPasskey,
  type FactorOwner,
  type SecondFactors,
  type TotpSetup,
} from '../identity/second-factors/second-factors.service';
import { SessionsRepository, type SessionProof } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { WaysInService } from '../identity/ways-in.service';
import { assertNotOfCompany } from './accounts.errors';
import { AccountsRepository } from './accounts.repository';
import { LostFactorsRepository } from './lost-factors.repository';

const REASON = 'people belong to no tenant';

/** What a person has set up. */
export interface OwnFactors extends SecondFactors {
  /** When the operator's reset takes effect; null: none waits. */
  resetAt: Date | null;
}

/** How a person sets up and removes their second factor. What changes one ends the person's other sessions. */
@Injectable()
export class OwnFactorsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly factors: SecondFactorsService,
    private readonly passkeys: PasskeysService,
    private readonly waysIn: WaysInService,
    private readonly resets: LostFactorsRepository,
    private readonly audit: AuditService,
  ) {}

  get(context: RequestContext): Promise<OwnFactors> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = ownerOf(tx);
      const reset = await this.resets.findOpen(tx, owner.id);
      return { ...(await this.factors.describe(tx, owner)), resetAt: reset?.effectiveAt ?? null };
    });
  }

  /** @throws 401 unauthenticated, 409 second_factor_exists */
  begin(context: RequestContext): Promise<TotpSetup> {
    return this.change(context, (tx, owner) => this.factors.begin(tx, owner, tx.actor.email!)); // a person has an address
  }

  /** @returns ten recovery codes @throws 401 mfa_code_invalid, 404 second_factor_not_found, 409 second_factor_exists */
  confirm(context: RequestContext, code: string): Promise<string[]> {
    return this.change(context, async (tx, owner) => {
      const codes = await this.factors.confirm(tx, owner, code);
      await this.finish(tx, owner);
      return codes;
    });
  }

  /** @throws 404 second_factor_not_found */
  renewCodes(context: RequestContext): Promise<string[]> {
    return this.change(context, async (tx, owner) => {
      const codes = await this.factors.renewCodes(tx, owner);
      await this.record(tx, owner);
      return codes;
    });
  }

  /** @throws 404 second_factor_not_found */
  remove(context: RequestContext): Promise<void> {
    return this.change(context, async (tx, owner) => {
      await this.factors.removeTotp(tx, owner);
      await this.resets.cancelOpen(tx, owner.id);
      await this.finish(tx, owner);
    });
  }

  /** @throws 401 unauthenticated, 403 session_of_company, 409 passkeys_unavailable, too_many_passkeys */
  beginPasskey(context: RequestContext): Promise<object> {
    return this.change(context, (tx, owner, proof) => {
      assertNotOfCompany(proof);
      return this.passkeys.beginRegistration(tx, owner, tx.actor.email!); // a person has an address
    });
  }

  /** @throws 401 passkey_invalid, 403 session_of_company, 409 passkeys_unavailable, passkey_exists, too_many_passkeys */
  addPasskey(context: RequestContext, given: PasskeyToRegister): Promise<AddedPasskey> {
    return this.change(context, async (tx, owner, proof) => {
      assertNotOfCompany(proof);
      const added = await this.factors.addPasskey(tx, owner, given);
      await this.finish(tx, owner);
      return added;
    });
  }

  /** @throws 404 passkey_not_found */
  renamePasskey(context: RequestContext, id: string, name: string): Promise<Passkey> {
    return this.change(context, async (tx, owner) => {
      const renamed = await this.passkeys.rename(tx, owner, id, name);
      await this.record(tx, owner);
      return renamed;
    });
  }

  /** @throws 404 passkey_not_found, 409 last_way_in */
  removePasskey(context: RequestContext, id: string): Promise<void> {
    return this.change(context, async (tx, owner) => {
      await this.factors.removePasskey(tx, owner, id);
      await this.waysIn.assertAnyLeft(tx, owner.id);
      await this.resets.cancelOpen(tx, owner.id);
      await this.finish(tx, owner);
    });
  }

  private change<T>(
    context: RequestContext,
    work: (tx: Transaction, owner: FactorOwner, proof: SessionProof) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = ownerOf(tx);
      await this.users.lock(tx, owner.id); // a login in flight waits, and finds that its check no longer holds
      const proof = await this.sessions.lockOwn(tx);
      return work(tx, owner, proof);
    });
  }

  private async finish(tx: Transaction, owner: FactorOwner): Promise<void> {
    await this.sessions.endAllOf(tx, owner.id, tx.requirePerson().sessionId);
    await this.record(tx, owner);
  }

  private async record(tx: Transaction, { id }: FactorOwner): Promise<void> {
    const businessIds = await this.accounts.listBusinessIds(tx, id);
    await this.audit.recordOfAccount(tx, businessIds, { type: 'user', id });
  }
}

function ownerOf(context: RequestContext): FactorOwner {
  return { kind: 'user', id: context.requirePerson().userId };
}
