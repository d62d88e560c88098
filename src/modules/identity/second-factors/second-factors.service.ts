import { Inject, Injectable } from '@nestjs/common';
import { toString as toQrCode } from 'qrcode';
import { CONFIG, type Config } from '../../../platform/config/config';
import { SecretBox } from '../../../platform/config/secret-box';
import type { Transaction } from '../../../platform/database/transaction';
import type { FactorOwner } from './factor-owner';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes';
import { mfaCodeInvalid, secondFactorExists, secondFactorNotFound } from './second-factors.errors';
import { SecondFactorsRepository } from './second-factors.repository';
import { newTotpSecret, stepOf, toBase32, toTotpUri } from './totp';

export type { FactorOwner };

/** What a person or staff member gives as the second step; one of the two. */
export type SecondStepAnswer = { code: string } | { recoveryCode: string };

/** A right answer that is not used up yet. */
export type RightAnswer =
  | { method: 'totp'; step: number }
  | { method: 'recovery_code'; hash: Buffer };

export interface TotpSetup {
  secret: string;
  uri: string;
  qr: string;
}

export interface SecondFactors {
  totp: { confirmedAt: Date } | null;
  recoveryCodesLeft: number;
}

/**
 * Authenticator apps (RFC 6238) and recovery codes, of people and staff. In the caller's transaction, in platform scope;
 * what changes a factor expects its owner to be locked.
 */
@Injectable()
export class SecondFactorsService {
  private readonly codeKey: Buffer;

  constructor(
    private readonly factors: SecondFactorsRepository,
    private readonly secrets: SecretBox,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.codeKey = secrets.deriveKey('recovery codes');
  }

  /** A new secret, which counts once a code of it is confirmed. @throws 409 second_factor_exists */
  async begin(tx: Transaction, owner: FactorOwner, email: string): Promise<TotpSetup> {
    const secret = newTotpSecret();
    const isBegun = await this.factors.begin(tx, owner, this.seal(owner, secret));
    if (!isBegun) throw secondFactorExists();
    const uri = toTotpUri(secret, this.config.brand.name, email);
    return { secret: toBase32(secret), uri, qr: await toQrCode(uri, { type: 'svg' }) };
  }

  /** @returns ten recovery codes, shown once @throws 401 mfa_code_invalid, 404 second_factor_not_found, 409 */
  async confirm(tx: Transaction, owner: FactorOwner, code: string): Promise<string[]> {
    const factor = await this.factors.findTotp(tx, owner);
    if (!factor) throw secondFactorNotFound();
    if (factor.confirmedAt) throw secondFactorExists();
    const step = stepOf(this.open(owner, factor.secret), code, tx.now);
    if (step === null) throw mfaCodeInvalid();
    if (!(await this.factors.confirm(tx, owner, factor.secret, step))) throw mfaCodeInvalid(); // begun anew meanwhile
    return this.makeCodes(tx, owner);
  }

  /** Ten others; those of before no longer work. @throws 404 second_factor_not_found */
  async renewCodes(tx: Transaction, owner: FactorOwner): Promise<string[]> {
    const factor = await this.factors.findTotp(tx, owner);
    if (!factor?.confirmedAt) throw secondFactorNotFound();
    return this.makeCodes(tx, owner);
  }

  private async makeCodes(tx: Transaction, owner: FactorOwner): Promise<string[]> {
    const codes = newRecoveryCodes();
    const hashes = codes.map((code) => hashRecoveryCode(this.codeKey, owner.id, code));
    await this.factors.replaceCodes(tx, owner, hashes);
    return codes;
  }

  /** Removes what the person has. @returns false where there was none */
  async removeAll(tx: Transaction, owner: FactorOwner): Promise<boolean> {
    const removed = await this.factors.removeTotp(tx, owner);
    await this.factors.removeCodes(tx, owner);
    return removed;
  }

  async describe(tx: Transaction, owner: FactorOwner): Promise<SecondFactors> {
    const factor = await this.factors.findTotp(tx, owner);
    const totp = factor?.confirmedAt ? { confirmedAt: factor.confirmedAt } : null;
    return { totp, recoveryCodesLeft: await this.factors.countCodes(tx, owner) };
  }

  /** Checks without using it up. @returns null for a wrong answer, or one used up before */
  async check(
    tx: Transaction,
    owner: FactorOwner,
    answer: SecondStepAnswer,
  ): Promise<RightAnswer | null> {
    if ('code' in answer) return this.checkCode(tx, owner, answer.code);
    const hash = hashRecoveryCode(this.codeKey, owner.id, answer.recoveryCode);
    const isThere = await this.factors.hasCode(tx, owner, hash);
    return isThere ? { method: 'recovery_code', hash } : null;
  }

  /** Uses a right answer up: of concurrent calls, one succeeds. @throws 401 mfa_code_invalid */
  async use(tx: Transaction, owner: FactorOwner, answer: RightAnswer): Promise<void> {
    const isUsed =
      answer.method === 'totp'
        ? await this.factors.useStep(tx, owner, answer.step)
        : await this.factors.useCode(tx, owner, answer.hash);
    if (!isUsed) throw mfaCodeInvalid();
  }

  private async checkCode(
    tx: Transaction,
    owner: FactorOwner,
    code: string,
  ): Promise<RightAnswer | null> {
    const factor = await this.factors.findTotp(tx, owner);
    if (!factor?.confirmedAt) return null;
    const step = stepOf(this.open(owner, factor.secret), code, tx.now);
    if (step === null || step <= Number(factor.lastStep)) return null;
    return { method: 'totp', step };
  }

  private seal(owner: FactorOwner, secret: Buffer): Buffer {
    return this.secrets.seal(secret, rowOf(owner));
  }

  private open(owner: FactorOwner, sealed: Buffer): Buffer {
    return this.secrets.open(sealed, rowOf(owner));
  }
}

/** A secret that is copied into another row cannot be opened there. */
function rowOf({ id }: FactorOwner): Buffer {
  return Buffer.from(`totp ${id}`);
}
