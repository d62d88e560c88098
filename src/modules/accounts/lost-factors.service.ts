import { Injectable } from '@nestjs/common';
import { hoursAfter } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { AuditService } from '../audit/audit.service';
import { secondFactorNotFound } from '../identity/second-factors/second-factors.errors';
import { SecondFactorsService } from '../identity/second-factors/second-factors.service';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { memberNotFound } from '../team-members/team-members.errors';
import { TeamMembersService } from '../team-members/team-members.service';
import { AccountsRepository } from './accounts.repository';
import { LostFactorsRepository, type FactorReset } from './lost-factors.repository';
import { factorSharedWithOthers, ownSecondFactor } from './accounts.errors';

const REASON = 'a person may belong to several businesses';
const FINISH = 'second_factor.reset';
/** The owner of the account has so long to notice the mail and to cancel. */
const DELAY_HOURS = 24;

/** Removes the second factors of people who have lost them. */
@Injectable()
export class LostFactorsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly resets: LostFactorsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly members: TeamMembersService,
    private readonly factors: SecondFactorsService,
    private readonly mails: MailQueue,
    private readonly queue: JobQueue,
    private readonly audit: AuditService,
  ) {}

  /**
   * An owner removes a member's factors: the member's sessions end, and both get a mail. Only of a member of no other
   * business: what protects another tenant is not this owner's to remove.
   * @throws 404 team_member_not_found, second_factor_not_found, 409 own_second_factor, second_factor_shared
   */
  clear(context: RequestContext, memberId: string): Promise<void> {
    if (memberId === context.requireMember().memberId) throw ownSecondFactor();
    return this.database.platform(context, REASON, async (tx) => {
      await this.members.assertCallerMay(tx, 'team_members:reset_factors'); // demoted since the request began?
      const userId = await this.members.findUserId(tx, memberId);
      if (!userId) throw memberNotFound();
      await this.users.lock(tx, userId);
      const businessIds = await this.accounts.listBusinessIds(tx, userId);
      if (businessIds.length > 1) throw factorSharedWithOthers();
      await this.remove(tx, userId, businessIds);
      await this.resets.cancelOpen(tx, userId);
      const resetId = await this.resets.insertDone(tx, userId, tx.requirePerson().userId);
      await this.mails.enqueue(tx, 'second-factor-cleared', resetId);
    });
  }

  /** The operator: removes a person's factors in 24 hours, unless a session cancels it. @throws 404 second_factor_not_found */
  request(context: RequestContext, email: string): Promise<FactorReset> {
    return this.database.platform(context, REASON, async (tx) => {
      const userId = await this.users.findIdByEmail(tx, email);
      if (!userId) throw secondFactorNotFound(`No person has the address ${email}.`);
      await this.users.lock(tx, userId);
      const { hasSecondFactor } = await this.users.get(tx, userId);
      if (!hasSecondFactor) throw secondFactorNotFound();
      const reset = await this.resets.insertOpen(tx, userId, hoursAfter(tx.now, DELAY_HOURS));
      await this.finishLater(tx, reset);
      await this.mails.enqueue(tx, 'second-factor-reset', reset.id);
      return reset;
    });
  }

  /** @throws 404 second_factor_not_found where no reset waits */
  cancel(context: RequestContext): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      const isCanceled = await this.resets.cancelOpen(tx, tx.requirePerson().userId);
      if (!isCanceled) throw secondFactorNotFound('No reset is waiting.');
    });
  }

  @JobHandler(FINISH)
  async finish(context: RequestContext, { resetId }: { resetId: string }): Promise<void> {
    await this.database.platform(context, REASON, async (tx) => {
      const reset = await this.resets.findOpenById(tx, resetId);
      if (!reset) return; // canceled, or replaced by a later one
      if (reset.effectiveAt > tx.now) return this.finishLater(tx, reset);
      await this.users.lock(tx, reset.userId); // as a login with the factor, which cancels, holds it
      if (!(await this.resets.finish(tx, resetId))) return;
      await this.remove(tx, reset.userId, await this.accounts.listBusinessIds(tx, reset.userId));
      await this.mails.enqueue(tx, 'second-factor-removed', reset.userId);
    });
  }

  private finishLater(tx: Transaction, { id: resetId, effectiveAt }: FactorReset): Promise<void> {
    return this.queue.enqueue(tx, FINISH, { resetId }, { runAt: effectiveAt });
  }

  private async remove(tx: Transaction, userId: string, businessIds: string[]): Promise<void> {
    const isRemoved = await this.factors.removeAll(tx, { kind: 'user', id: userId });
    if (!isRemoved) throw secondFactorNotFound();
    await this.sessions.endAllOf(tx, userId, null);
    await this.audit.recordOfAccount(tx, businessIds, { type: 'user', id: userId });
  }
}
