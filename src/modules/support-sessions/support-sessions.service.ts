import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { BusinessesService } from '../businesses/businesses.service';
import { EventsService } from '../events/events.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type { SupportSession } from './support-session.entity';
import { supportSessionEnded, supportSessionStarted } from './support-sessions.events';
import { supportSessionNotFound } from './support-sessions.errors';
import {
  SupportSessionsRepository,
  type EndedSupportSession,
  type NewSupportSession,
  type OpenedSupportSession,
} from './support-sessions.repository';

@Injectable()
export class SupportSessionsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SupportSessionsRepository,
    private readonly members: TeamMembersService,
    private readonly mails: MailQueue,
    private readonly events: EventsService,
    businesses: BusinessesService,
  ) {
    businesses.onSupportAccessOff(async (tx) => this.tellEnds(tx, await this.sessions.endAll(tx)));
  }

  /** The sessions in the business of the request, newest first; one more than `limit`. */
  list(context: RequestContext, query: ListQuery): Promise<SupportSession[]> {
    return this.database.transaction(context, (tx) => this.sessions.list(tx, query));
  }

  /**
   * Opens a session in the support seat of the business of `tx`, and notifies its owners by mail. @throws 401
   * unauthenticated
   */
  async open(
    tx: Transaction,
    fields: Omit<NewSupportSession, 'memberId'>,
  ): Promise<OpenedSupportSession> {
    const { id: memberId } = await this.members.getSupportMember(tx);
    const opened = await this.sessions.open(tx, { ...fields, memberId });
    const { id, mode, expiresAt } = opened.session;
    const started = { supportSessionId: id, mode, expiresAt: expiresAt.toISOString() };
    this.events.append(tx, supportSessionStarted, started);
    await this.mails.enqueue(tx, 'support-session-started', opened.session.id);
    return opened;
  }

  /** Ends a session at once. Idempotent. @throws 404 support_session_not_found */
  end(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      if (!(await this.sessions.findById(tx, id))) throw supportSessionNotFound();
      this.tellEnds(tx, await this.sessions.end(tx, id));
    });
  }

  /** Ends the sessions that a staff account opened. Platform scope. */
  async endAllOfStaff(tx: Transaction, staffId: string): Promise<void> {
    this.tellEnds(tx, await this.sessions.endAllOfStaff(tx, staffId));
  }

  /** Ends the sessions opened under a staff session. Platform scope. */
  async endAllOfStaffSession(tx: Transaction, staffSessionId: string): Promise<void> {
    this.tellEnds(tx, await this.sessions.endAllOfStaffSession(tx, staffSessionId));
  }

  /** One that had expired has ended before. */
  private tellEnds(tx: Transaction, ended: EndedSupportSession[]): void {
    for (const { businessId, id, expiresAt } of ended)
      if (expiresAt > tx.now)
        this.events.append(tx.with({ businessId }), supportSessionEnded, { supportSessionId: id });
  }
}
