import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { passkeyInvalid } from '../identity/passkeys/passkeys.errors';
import {
  PasskeysService,
  type Asked,
  type RightPasskey,
} from '../identity/passkeys/passkeys.service';
import type { StaffAccount } from './staff-account.entity';
import { StaffRepository } from './staff.repository';
import type { StaffSignedIn } from './staff.service';

const REASON = 'staff belong to no tenant';
const ASKED: Asked = { purpose: 'login', kind: 'staff', subject: '' };

interface Checked {
  account: StaffAccount | null;
  right: RightPasskey | null;
}

/** A login of staff by passkey alone: with user verification, it is two factors. */
@Injectable()
export class StaffPasskeyLoginService {
  constructor(
    private readonly database: Database,
    private readonly staff: StaffRepository,
    private readonly passkeys: PasskeysService,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
  ) {}

  /** The same for all callers. @throws 409 passkeys_unavailable */
  ask(context: RequestContext): Promise<object> {
    return this.database.platform(context, REASON, (tx) => this.passkeys.ask(tx, ASKED, null));
  }

  /** @throws 401 passkey_invalid, also of an account that is disabled, 429 rate_limited */
  async logIn(
    context: RequestContext,
    answer: object,
    userAgent: string | null,
  ): Promise<StaffSignedIn> {
    await this.limiter.count(context, 'staff_passkey', null, context.ip);
    const { account, right } = await this.database.platform(context, REASON, (tx) =>
      this.check(tx, answer),
    );
    if (!account || !right) return this.refuse(context, account);
    const { id, email } = account;
    const signingIn = context.with({ actor: { kind: 'staff', id, email } });
    const opened = await this.database.platform(signingIn, REASON, async (tx) => {
      if (!(await this.staff.lockUnchanged(tx, account))) throw passkeyInvalid(); // or disabled
      await this.passkeys.use(tx, right);
      return this.staff.openSession(tx, id, userAgent, ['passkey']);
    });
    await this.limiter.forgive(context, 'staff_passkey', null, context.ip);
    return { account, opened };
  }

  private async check(tx: Transaction, answer: object): Promise<Checked> {
    const passkey = await this.passkeys.find(tx, 'staff', answer);
    if (!passkey) return { account: null, right: null };
    const account = await this.staff.get(tx, passkey.ownerId);
    return { account, right: await this.passkeys.check(tx, passkey, ASKED, answer) };
  }

  private async refuse(context: RequestContext, account: StaffAccount | null): Promise<never> {
    const actor = { kind: 'staff' as const, id: null, email: account?.email ?? null };
    const failing = context.with({ action: 'staff_session.fail', actor });
    await this.database.platform(failing, REASON, (tx) =>
      this.audit.recordOfAccount(tx, [], { type: 'staff_account', id: account?.id ?? null }),
    );
    throw passkeyInvalid();
  }
}
