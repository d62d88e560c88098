import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';
import { columnsOf, type FactorOwner } from './factor-owner';

/** An authenticator app; its secret is encrypted. */
export interface TotpFactor {
  secret: Buffer;
  confirmedAt: Date | null;
  lastStep: string | null;
}

/** Platform scope: people and staff belong to no tenant. */
@Injectable()
export class SecondFactorsRepository {
  /** In place of one that was not confirmed. @returns false where one is confirmed */
  async begin(tx: Transaction, owner: FactorOwner, secret: Buffer): Promise<boolean> {
    const parameters = [...columnsOf(owner), secret, tx.now];
    return (await tx.execute(BEGIN_TOTP, parameters)) === 1;
  }

  async findTotp(tx: Transaction, { id }: FactorOwner): Promise<TotpFactor | null> {
    const [factor] = await tx.query<TotpFactor>(FIND_TOTP, [id]);
    return factor ?? null;
  }

  /** @returns false where it is confirmed already, or another secret took its place */
  async confirm(
    tx: Transaction,
    { id }: FactorOwner,
    secret: Buffer,
    step: number,
  ): Promise<boolean> {
    return (await tx.execute(CONFIRM_TOTP, [id, secret, tx.now, step])) === 1;
  }

  /** Uses up a step and those before it. @returns false where it is used up already */
  async useStep(tx: Transaction, { id }: FactorOwner, step: number): Promise<boolean> {
    return (await tx.execute(USE_STEP, [id, step])) === 1;
  }

  /** @returns false where there was none */
  async removeTotp(tx: Transaction, { id }: FactorOwner): Promise<boolean> {
    const sql = 'DELETE FROM totp_factors WHERE owner_id = $1';
    return (await tx.execute(sql, [id])) === 1;
  }

  async replaceCodes(tx: Transaction, owner: FactorOwner, hashes: Buffer[]): Promise<void> {
    await this.removeCodes(tx, owner);
    await tx.execute(INSERT_CODES, [...columnsOf(owner), hashes]);
  }

  async removeCodes(tx: Transaction, { id }: FactorOwner): Promise<void> {
    await tx.execute('DELETE FROM recovery_codes WHERE owner_id = $1', [id]);
  }

  async hasCode(tx: Transaction, { id }: FactorOwner, hash: Buffer): Promise<boolean> {
    const sql = 'SELECT FROM recovery_codes WHERE owner_id = $1 AND code_hash = $2';
    return (await tx.query(sql, [id, hash])).length === 1;
  }

  /** @returns false where it is used up already */
  async useCode(tx: Transaction, { id }: FactorOwner, hash: Buffer): Promise<boolean> {
    const sql = 'DELETE FROM recovery_codes WHERE owner_id = $1 AND code_hash = $2';
    return (await tx.execute(sql, [id, hash])) === 1;
  }

  async countCodes(tx: Transaction, { id }: FactorOwner): Promise<number> {
    const sql = 'SELECT count(*)::integer AS left FROM recovery_codes WHERE owner_id = $1';
    const [row] = await tx.query<{ left: number }>(sql, [id]);
    return row!.left;
  }
}

const BEGIN_TOTP = `
  INSERT INTO totp_factors (user_id, staff_id, secret, created_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (owner_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
  WHERE totp_factors.confirmed_at IS NULL`;

const FIND_TOTP = `
  SELECT secret, confirmed_at AS "confirmedAt", last_step AS "lastStep" FROM totp_factors WHERE owner_id = $1`;

const CONFIRM_TOTP = `
  UPDATE totp_factors SET confirmed_at = $3, last_step = $4
  WHERE owner_id = $1 AND secret = $2 AND confirmed_at IS NULL`;

const USE_STEP = 'UPDATE totp_factors SET last_step = $2 WHERE owner_id = $1 AND last_step < $2';

const INSERT_CODES = `
  INSERT INTO recovery_codes (user_id, staff_id, code_hash) SELECT $1, $2, hash FROM unnest($3::bytea[]) AS hash`;
