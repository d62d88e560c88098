import { Inject, Injectable } from '@nestjs/common';
import { STAFF_SESSION_HOURS } from '../../common/access/seats';
import { hoursBefore } from '../../common/clock';
import { CONFIG, type Config } from '../../platform/config/config';
import type { Transaction } from '../../platform/database/transaction';
import type { Subscriber } from './event-stream';

@Injectable()
export class StreamsRepository {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * The credentials of these that are still good, in one statement for each kind. An open stream is no use of a session:
   * one that is idle for too long ends. Platform scope.
   */
  async listGood(tx: Transaction, subscribers: readonly Subscriber[]): Promise<Set<string>> {
    const people = subscribers.filter(({ isSupport }) => !isSupport);
    const support = subscribers.filter(({ isSupport }) => isSupport);
    return new Set([
      ...(await this.listSessions(tx, people)),
      ...(await this.listSupport(tx, support)),
    ]);
  }

  private async listSessions(tx: Transaction, people: readonly Subscriber[]): Promise<string[]> {
    if (people.length === 0) return [];
    const { sessionIdleHours, sessionAbsoluteDays } = this.config;
    const rows = await tx.query<{ id: string }>(GOOD_SESSIONS, [
      people.map(({ businessId }) => businessId),
      people.map(({ credentialId }) => credentialId),
      people.map(({ role }) => role),
      hoursBefore(tx.now, sessionIdleHours),
      hoursBefore(tx.now, 24 * sessionAbsoluteDays),
    ]);
    return rows.map(({ id }) => id);
  }

  private async listSupport(tx: Transaction, support: readonly Subscriber[]): Promise<string[]> {
    if (support.length === 0) return [];
    const rows = await tx.query<{ id: string }>(GOOD_SUPPORT, [
      support.map(({ businessId }) => businessId),
      support.map(({ credentialId }) => credentialId),
      hoursBefore(tx.now, STAFF_SESSION_HOURS),
      tx.now,
    ]);
    return rows.map(({ id }) => id);
  }
}

const GOOD_SESSIONS = `
  SELECT session.id
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS given (business_id, id, role)
  JOIN sessions AS session ON session.business_id = given.business_id AND session.id = given.id
  JOIN members AS member ON member.business_id = given.business_id AND member.id = session.member_id
  JOIN businesses AS business ON business.id = given.business_id
  WHERE session.last_used_at > $4 AND session.created_at > $5 AND member.status = 'active' AND member.role = given.role
    AND business.status = 'active' AND NOT (business.require_second_factor AND EXISTS
      (SELECT FROM users AS person WHERE person.id = member.user_id AND NOT person.has_second_factor))`;

const GOOD_SUPPORT = `
  SELECT session.id
  FROM unnest($1::uuid[], $2::uuid[]) AS given (business_id, id)
  JOIN support_sessions AS session ON session.business_id = given.business_id AND session.id = given.id
  JOIN staff_sessions AS staff_session ON staff_session.id = session.staff_session_id AND staff_session.created_at > $3
  JOIN staff_accounts AS staff ON staff.id = session.staff_id AND staff.status = 'active'
  JOIN businesses AS business ON business.id = given.business_id AND business.status = 'active'
  WHERE session.ended_at IS NULL AND session.expires_at > $4`;
