import { Injectable } from '@nestjs/common';
import { isSameEmail } from '../../common/email';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { assertNotOfCompany } from '../accounts/accounts.errors';
import { AuditService } from '../audit/audit.service';
import { SessionsRepository, type SessionProof } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { WaysInService } from '../identity/ways-in.service';
import type { ProviderAnswerRequest } from './dto/sign-ins';
import { ForeignTokensService } from './foreign-tokens.service';
import type { ForeignIdentity } from './foreign-identity';
import { IdentitiesRepository, type OwnIdentity } from '../identity/identities.repository';
import { LinkTokens, type LinkedIdentity } from './link-tokens';
import { SignInFlowService } from './sign-in-flow.service';
import {
  emailNotProven,
  emailNotVerified,
  identityNotFound,
  linkTokenInvalid,
  proofNotFresh,
} from './sign-in.errors';

const REASON = 'people belong to no tenant';

/** How a person links, unlinks and proves themselves with identity providers. */
@Injectable()
export class OwnSignInsService {
  constructor(
    private readonly database: Database,
    private readonly identities: IdentitiesRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly waysIn: WaysInService,
    private readonly flow: SignInFlowService,
    private readonly tokens: ForeignTokensService,
    private readonly linkTokens: LinkTokens,
    private readonly audit: AuditService,
    private readonly mails: MailQueue,
  ) {}

  list(context: RequestContext): Promise<OwnIdentity[]> {
    return this.database.platform(context, REASON, (tx) =>
      this.identities.listOf(tx, tx.requirePerson().userId),
    );
  }

  /** What a sign-in or an exchange was refused with, once its owner has logged in. @throws 403 email_not_verified, 409, 410 */
  linkByToken(context: RequestContext, linkToken: string): Promise<OwnIdentity> {
    return this.change(context, async (tx, proof) => {
      const identity = this.linkTokens.open(linkToken, tx.now);
      if (!isSameEmail(identity.email, tx.actor.email ?? '')) throw linkTokenInvalid();
      return this.link(tx, proof, identity);
    });
  }

  /** @throws 401 foreign_token_invalid, 403 email_not_proven, email_not_verified, 409 identity_taken, 503 */
  async linkByForeignToken(context: RequestContext, token: string): Promise<OwnIdentity> {
    const { identity } = await this.tokens.verify(context, token);
    return this.change(context, (tx, proof) => this.link(tx, proof, identity));
  }

  /**
   * Links what the provider has proven, or notes that its owner is proven anew.
   * @throws 401 sign_in_invalid, 403, 404 identity_not_found where it is not linked, 409 identity_taken, 410, 503
   */
  async finish(context: RequestContext, request: ProviderAnswerRequest): Promise<'link' | 'prove'> {
    const { sessionId } = context.requirePerson();
    const finished = await this.flow.finish(context, sessionId, ['link', 'prove'], request);
    const { identity, provider, waiting } = finished;
    const isOfCompany = provider.business !== null;
    if (waiting.purpose === 'link') {
      await this.change(context, (tx, proof) => this.link(tx, proof, identity, isOfCompany));
      return 'link';
    }
    await this.change(context, (tx) => this.prove(tx, identity, isOfCompany));
    return 'prove';
  }

  /** Ends the person's other sessions, and tells the person by mail. @throws 404 identity_not_found, 409 last_way_in */
  unlink(context: RequestContext, id: string): Promise<void> {
    return this.change(context, async (tx) => {
      const { userId, sessionId } = tx.requirePerson();
      if (!(await this.identities.unlink(tx, userId, id))) throw identityNotFound();
      await this.sessions.endAllOf(tx, userId, sessionId); // one of them may be of who had it
      await this.waysIn.assertAnyLeft(tx, userId);
      await this.mails.enqueue(tx, 'identity-unlinked', userId);
      await this.record(tx);
    });
  }

  /** Tells the person by mail. Another way in is not for a session that a company's sign-in has opened. */
  private async link(
    tx: Transaction,
    proof: SessionProof,
    identity: LinkedIdentity | ForeignIdentity,
    isOfCompany = false,
  ): Promise<OwnIdentity> {
    assertNotOfCompany(proof);
    const { userId } = tx.requirePerson();
    const { email } = identity;
    if (email === null) throw emailNotProven();
    if (isOfCompany && !isSameEmail(email, tx.actor.email ?? '')) throw emailNotProven();
    if (!(await this.users.get(tx, userId)).emailVerifiedAt) throw emailNotVerified();
    const linked = await this.identities.link(tx, userId, { ...identity, email });
    await this.mails.enqueue(tx, 'identity-linked', linked.id);
    await this.record(tx);
    return linked;
  }

  /** That of a company counts for people whom it alone lets in. */
  private async prove(
    tx: Transaction,
    identity: ForeignIdentity,
    isOfCompany: boolean,
  ): Promise<void> {
    const { userId } = tx.requirePerson();
    if ((await this.identities.use(tx, identity)) !== userId) throw identityNotFound();
    const { passwordHash } = await this.users.get(tx, userId);
    if (isOfCompany && passwordHash !== null) throw proofNotFresh();
    await this.sessions.markProven(tx);
    await this.record(tx);
  }

  private change<T>(
    context: RequestContext,
    work: (tx: Transaction, proof: SessionProof) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, REASON, async (tx) => {
      await this.users.lock(tx, tx.requirePerson().userId); // two that unlink at once: the second finds what is left
      return work(tx, await this.sessions.lockOwn(tx));
    });
  }

  private record(tx: Transaction): Promise<void> {
    const { userId: id } = tx.requirePerson();
    return this.audit.recordOfAccount(tx, tx.businessId ? [tx.businessId] : [], {
      type: 'user',
      id,
    });
  }
}
