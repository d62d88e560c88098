import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { Transaction } from '../../platform/database/transaction';

export interface FactorReset {
  id: string;
  userId: string;
  effectiveAt: Date;
}

/** What a mail about a reset tells. */
export interface FactorResetMail {
  email: string;
  /** Null: the operator. */
  requestedByEmail: string | null;
  effectiveAt: Date;
  isOpen: boolean;
}

/** Second factors that were lost, and are removed for their owners. Platform scope. */
@Injectable()
export class LostFactorsRepository {
  /** Removed at once, by an owner. @returns the id for the mail */
  async insertDone(tx: Transaction, userId: string, requestedBy: string): Promise<string> {
    const id = newId();
    await tx.execute(INSERT_DONE, [id, userId, requestedBy, tx.now]);
    return id;
  }

  /** To be removed then, in place of an earlier request. */
  async insertOpen(tx: Transaction, userId: string, effectiveAt: Date): Promise<FactorReset> {
    await this.cancelOpen(tx, userId);
    const id = newId();
    await tx.execute(INSERT_OPEN, [id, userId, tx.now, effectiveAt]);
    return { id, userId, effectiveAt };
  }

  async findOpen(tx: Transaction, userId: string): Promise<FactorReset | null> {
    const [reset] = await tx.query<FactorReset>(`${RESETS} AND user_id = $1`, [userId]);
    return reset ?? null;
  }

  async findOpenById(tx: Transaction, id: string): Promise<FactorReset | null> {
    const [reset] = await tx.query<FactorReset>(`${RESETS} AND id = $1`, [id]);
    return reset ?? null;
  }

  async finish(tx: Transaction, id: string): Promise<boolean> {
    const sql = `UPDATE factor_resets SET done_at = $2 WHERE id = $1 AND ${OPEN}`;
    return (await tx.execute(sql, [id, tx.now])) === 1;
  }

  /** @returns false where there was none */
  async cancelOpen(tx: Transaction, userId: string): Promise<boolean> {
    const sql = `UPDATE factor_resets SET canceled_at = $2 WHERE user_id = $1 AND ${OPEN}`;
    return (await tx.execute(sql, [userId, tx.now])) === 1;
  }

  async findForMail(tx: Transaction, id: string): Promise<FactorResetMail | null> {
    const [mail] = await tx.query<FactorResetMail>(FOR_MAIL, [id]);
    return mail ?? null;
  }
}

const OPEN = 'done_at IS NULL AND canceled_at IS NULL';

const RESETS = `SELECT id, user_id AS "userId", effective_at AS "effectiveAt" FROM factor_resets WHERE ${OPEN}`;

const INSERT_DONE = `
  INSERT INTO factor_resets (id, user_id, requested_by, requested_at, effective_at, done_at) VALUES ($1, $2, $3, $4, $4, $4)`;

const INSERT_OPEN = `
  INSERT INTO factor_resets (id, user_id, requested_at, effective_at) VALUES ($1, $2, $3, $4)`;

const FOR_MAIL = `
  SELECT person.email, owner.email AS "requestedByEmail", reset.effective_at AS "effectiveAt",
         reset.done_at IS NULL AND reset.canceled_at IS NULL AS "isOpen"
  FROM factor_resets AS reset
  JOIN users AS person ON person.id = reset.user_id
  LEFT JOIN users AS owner ON owner.id = reset.requested_by
  WHERE reset.id = $1`;
