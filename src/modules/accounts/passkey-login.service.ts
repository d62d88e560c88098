import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import type { PasskeyLoginRequest } from '../identity/passkeys/dto/passkeys';
import { passkeyInvalid } from '../identity/passkeys/passkeys.errors';
import {
  PasskeysService,
  type Asked,
  type RightPasskey,
} from '../identity/passkeys/passkeys.service';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository, type Membership } from './accounts.repository';
import { LostFactorsRepository } from './lost-factors.repository';
import { isActive, SessionOpening, type ActivePlace, type SignedIn } from './session-opening';

const REASON = 'the person logging in is unknown';
const ASKED: Asked = { purpose: 'login', kind: 'user', subject: '' };

/** Whose passkey it is, and whether the answer is right. */
interface Checked {
  memberships: Membership[];
  right: RightPasskey | null;
}

/** A login by passkey alone: with user verification, it is two factors. */
@Injectable()
export class PasskeyLoginService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly passkeys: PasskeysService,
    private readonly resets: LostFactorsRepository,
    private readonly opening: SessionOpening,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
  ) {}

  /** The same for all callers: none is known yet. @throws 409 passkeys_unavailable */
  ask(context: RequestContext): Promise<object> {
    return this.database.platform(context, REASON, (tx) => this.passkeys.ask(tx, ASKED, null));
  }

  /** Opens a session as a login does. @throws 401 passkey_invalid, 429 rate_limited */
  async logIn(
    context: RequestContext,
    { passkey, businessId }: PasskeyLoginRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    await this.limiter.count(context, 'passkey', null, context.ip);
    const { memberships, right } = await this.database.platform(context, REASON, (tx) =>
      this.check(tx, passkey),
    );
    const place = memberships.find((each) => isActive(each, businessId)) ?? null;
    const person = memberships[0];
    if (!person || !right || (businessId && !place)) return this.refuse(context, memberships);
    const actor = {
      kind: 'person' as const,
      id: place?.memberId ?? person.userId,
      email: person.email,
    };
    const signedIn = await this.database.platform(context.with({ actor }), REASON, (tx) =>
      this.open(tx, { person, place, right }, userAgent),
    );
    await this.limiter.forgive(context, 'passkey', null, context.ip);
    return signedIn;
  }

  private async check(tx: Transaction, answer: object): Promise<Checked> {
    const passkey = await this.passkeys.find(tx, 'user', answer);
    if (!passkey) return { memberships: [], right: null };
    const { email } = await this.users.get(tx, passkey.ownerId);
    const memberships = await this.accounts.listMemberships(tx, email);
    return { memberships, right: await this.passkeys.check(tx, passkey, ASKED, answer) };
  }

  private async open(
    tx: Transaction,
    {
      person,
      place,
      right,
    }: { person: Membership; place: ActivePlace | null; right: RightPasskey },
    userAgent: string | null,
  ): Promise<SignedIn> {
    const { userId, passwordVersion } = person;
    const proof = { signedInWith: ['passkey' as const], provenAt: null, endsAt: null };
    const signingIn = { userId, passwordVersion, userAgent, proof };
    const signedIn = await this.opening.open(tx, place, signingIn);
    if (!signedIn) throw passkeyInvalid(); // removed, or password or factors changed, since it was checked
    await this.passkeys.use(tx, right);
    await this.resets.cancelOpen(tx, userId); // the factor is not lost
    return signedIn;
  }

  private async refuse(context: RequestContext, memberships: Membership[]): Promise<never> {
    const businessIds = memberships.flatMap(({ businessId }) => businessId ?? []);
    const { userId: id, email } = memberships[0] ?? { userId: null, email: null };
    const actor = { kind: 'person' as const, id: null, email };
    const failing = context.with({ action: 'session.fail', actor });
    await this.database.platform(failing, REASON, (tx) =>
      this.audit.recordOfAccount(tx, businessIds, { type: 'user', id }),
    );
    throw passkeyInvalid();
  }
}
