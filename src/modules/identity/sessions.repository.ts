import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import { unauthenticated } from '../../common/problems';
import { createToken, hashToken } from '../../common/token';
import type { Transaction } from '../../platform/database/transaction';
import { Session } from './session.entity';
import { UserSession } from './user-session.entity';

/** What a session was opened with, when its owner was last proven (null: when it is opened), and until when it counts. */
export type SessionProof = Pick<Session, 'signedInWith' | 'provenAt' | 'endsAt'>;

/** The proof of a sign-up, and of a login without a second factor. */
export const BY_PASSWORD: SessionProof = {
  signedInWith: ['password'],
  provenAt: null,
  endsAt: null,
};

export interface PersonalSessionOwner {
  userId: string;
  userAgent: string | null;
  proof: SessionProof;
}

export interface SessionOwner extends PersonalSessionOwner {
  businessId: string;
  memberId: string;
}

/** The only place that has the token. */
export interface OpenedSession {
  session: Pick<Session, 'id' | 'createdAt' | 'endsAt'>;
  token: string;
}

export type ListedSession = Pick<
  Session,
  'id' | 'createdAt' | 'lastUsedAt' | 'ip' | 'userAgent' | 'signedInWith'
>;

/** Dashboard sessions, in a business or of a person without one. */
@Injectable()
export class SessionsRepository {
  async open(tx: Transaction, { proof, ...owner }: SessionOwner): Promise<OpenedSession> {
    const { token, made } = newSession(tx);
    const session = { ...owner, ...proof, ...made };
    await tx.repository(Session).insert(session);
    return { session, token };
  }

  /** Platform scope. */
  async openWithoutBusiness(
    tx: Transaction,
    { proof, ...owner }: PersonalSessionOwner,
  ): Promise<OpenedSession> {
    const { token, made } = newSession(tx);
    const session = { ...owner, ...proof, ...made };
    await tx.repository(UserSession).insert(session);
    return { session, token };
  }

  /**
   * Locks the person and the session of this request until the transaction ends. A statement that ends sessions (above
   * all a new password) waits and then finds the one opened here, or ran first and has ended the session of this
   * request too. Platform scope.
   * @returns its proof, for a session that is opened by it
   * @throws 401 unauthenticated
   */
  async lockOwn(tx: Transaction): Promise<SessionProof> {
    const { userId, sessionId } = tx.requirePerson();
    await tx.query('SELECT FROM users WHERE id = $1 FOR SHARE', [userId]);
    const [proof] = tx.businessId
      ? await tx.query<SessionProof>(HOLD_SESSION, [tx.businessId, sessionId])
      : await tx.query<SessionProof>(HOLD_USER_SESSION, [sessionId]);
    if (!proof) throw unauthenticated();
    return proof;
  }

  /** The owner of this request's session has proven who they are. Platform scope. */
  async markProven(tx: Transaction): Promise<void> {
    const { sessionId: id } = tx.requirePerson();
    const changes = { provenAt: tx.now };
    if (tx.businessId)
      await tx.repository(Session).update({ businessId: tx.businessId, id }, changes);
    else await tx.repository(UserSession).update({ id }, changes);
  }

  /** A person's valid sessions in all businesses and outside, newest first; one more than `limit`. Platform scope. */
  listOf(
    tx: Transaction,
    userId: string,
    usedAfter: Date,
    createdAfter: Date,
    { limit, cursor }: ListQuery,
  ): Promise<ListedSession[]> {
    const [createdAt, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    const parameters = [userId, usedAfter, createdAfter, createdAt, id, limit + 1, tx.now];
    return tx.query<ListedSession>(LIST, parameters);
  }

  /** Ends one of a person's sessions in any business. Platform scope. @returns false when it does not exist */
  async endOf(tx: Transaction, userId: string, id: string): Promise<boolean> {
    const inBusiness = await tx.repository(Session).delete({ userId, id });
    if (inBusiness.affected === 1) return true;
    return (await tx.repository(UserSession).delete({ userId, id })).affected === 1;
  }

  /** Ends all sessions of a person except one. Platform scope. */
  async endAllOf(tx: Transaction, userId: string, exceptId: string | null): Promise<void> {
    const sessions = { userId, ...(exceptId && { id: Not(exceptId) }) };
    await tx.repository(Session).delete(sessions);
    await tx.repository(UserSession).delete(sessions);
  }

  /** Ends a member's sessions in this business. */
  async endOfMember(tx: Transaction, memberId: string): Promise<void> {
    await tx.repository(Session).delete({ businessId: tx.requireBusinessId(), memberId });
  }

  /** Deletes expired sessions. @returns how many */
  async prune(tx: Transaction, unusedSince: Date, createdBefore: Date): Promise<number> {
    const ended = 'last_used_at < $1 OR created_at < $2 OR ends_at < $3';
    const times = [unusedSince, createdBefore, tx.now];
    const inBusinesses = await tx.execute(`DELETE FROM sessions WHERE ${ended}`, times);
    return inBusinesses + (await tx.execute(`DELETE FROM user_sessions WHERE ${ended}`, times));
  }
}

function newSession(tx: Transaction) {
  const token = createToken('session');
  const times = { createdAt: tx.now, lastUsedAt: tx.now };
  return { token, made: { id: newId(), tokenHash: hashToken(token), ip: tx.ip, ...times } };
}

const PROOF =
  'signed_in_with AS "signedInWith", coalesce(proven_at, created_at) AS "provenAt", ends_at AS "endsAt"';

const HOLD_SESSION = `SELECT ${PROOF} FROM sessions WHERE business_id = $1 AND id = $2 FOR KEY SHARE`;

const HOLD_USER_SESSION = `SELECT ${PROOF} FROM user_sessions WHERE id = $1 FOR KEY SHARE`;

const LISTED = 'id, user_id, created_at, last_used_at, ip, user_agent, signed_in_with, ends_at';

const LIST = `
  SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", ip, user_agent AS "userAgent",
         signed_in_with AS "signedInWith"
  FROM (SELECT ${LISTED} FROM sessions UNION ALL SELECT ${LISTED} FROM user_sessions) AS session
  WHERE user_id = $1 AND last_used_at > $2 AND created_at > $3 AND (ends_at IS NULL OR ends_at > $7)
    AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
  ORDER BY created_at DESC, id DESC LIMIT $6`;
