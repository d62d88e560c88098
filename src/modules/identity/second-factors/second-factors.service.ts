import { Inject, Injectable } from '@nestjs/common';
import { toString as toQrCode } from 'qrcode';
import type { DomainError } from '../../../common/problem';
import { CONFIG, type Config } from '../../../platform/config/config';
import { SecretBox } from '../../../platform/config/secret-box';
import type { Transaction } from '../../../platform/database/transaction';
import { MailQueue } from '../../../platform/mail/mail-queue';
import { askedOf } from '../passkeys/passkey-challenges';
import { passkeyInvalid } from '../passkeys/passkeys.errors';
import {
  PasskeysService,
  type Asked,
  type Passkey,
  type PasskeyToRegister,
  type RightPasskey,
} from '../passkeys/passkeys.service';
import type { FactorOwner } from './factor-owner';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes';
import { mfaCodeInvalid, secondFactorExists, secondFactorNotFound } from './second-factors.errors';
import { SecondFactorsRepository } from './second-factors.repository';
import { newTotpSecret, stepOf, toBase32, toTotpUri } from './totp';

export type { FactorOwner };

/** What a person or staff member gives as the second step; one of them. */
export type SecondStepAnswer = { code: string } | { recoveryCode: string } | { passkey: object };

/** A right answer that is not used up yet. */
export type RightAnswer =
  | { method: 'totp'; step: number }
  | { method: 'recovery_code'; hash: Buffer }
  | RightPasskey;

export interface TotpSetup {
  secret: string;
  uri: string;
  qr: string;
}

export interface AddedPasskey {
  passkey: Passkey;
  recoveryCodes: string[];
}

export interface SecondFactors {
  totp: { confirmedAt: Date } | null;
  passkeys: Passkey[];
  recoveryCodesLeft: number;
}

/**
 * Authenticator apps (RFC 6238), passkeys and recovery codes, of people and staff. In the caller's transaction, in platform scope;
 * what changes a factor expects its owner to be locked, and tells the owner by mail.
 */
@Injectable()
export class SecondFactorsService {
  private readonly codeKey: Buffer;

  constructor(
    private readonly factors: SecondFactorsRepository,
    private readonly passkeys: PasskeysService,
    private readonly secrets: SecretBox,
    private readonly mails: MailQueue,
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

  /** @returns recovery codes, shown once: ten, or none where some are left @throws 401 mfa_code_invalid, 404 second_factor_not_found, 409 */
  async confirm(tx: Transaction, owner: FactorOwner, code: string): Promise<string[]> {
    const factor = await this.factors.findTotp(tx, owner);
    if (!factor) throw secondFactorNotFound();
    if (factor.confirmedAt) throw secondFactorExists();
    const step = stepOf(this.open(owner, factor.secret), code, tx.now);
    if (step === null) throw mfaCodeInvalid();
    if (!(await this.factors.confirm(tx, owner, factor.secret, step))) throw mfaCodeInvalid(); // begun anew meanwhile
    await this.mails.enqueue(tx, 'authenticator-app-added', owner.id);
    return this.makeFirstCodes(tx, owner);
  }

  /** @returns the passkey, and recovery codes as by `confirm` @throws what `PasskeysService.register` throws */
  async addPasskey(
    tx: Transaction,
    owner: FactorOwner,
    given: PasskeyToRegister,
  ): Promise<AddedPasskey> {
    const passkey = await this.passkeys.register(tx, owner, given);
    return { passkey, recoveryCodes: await this.makeFirstCodes(tx, owner) };
  }

  /** Ten others; those of before no longer work. @throws 404 second_factor_not_found */
  async renewCodes(tx: Transaction, owner: FactorOwner): Promise<string[]> {
    if (!(await this.hasAny(tx, owner))) throw secondFactorNotFound();
    await this.mails.enqueue(tx, 'recovery-codes-renewed', owner.id);
    return this.makeCodes(tx, owner);
  }

  /** The first factor of either kind comes with codes. */
  private async makeFirstCodes(tx: Transaction, owner: FactorOwner): Promise<string[]> {
    return (await this.factors.countCodes(tx, owner)) > 0 ? [] : this.makeCodes(tx, owner);
  }

  private async makeCodes(tx: Transaction, owner: FactorOwner): Promise<string[]> {
    const codes = newRecoveryCodes();
    const hashes = codes.map((code) => hashRecoveryCode(this.codeKey, owner.id, code));
    await this.factors.replaceCodes(tx, owner, hashes);
    return codes;
  }

  /** The codes go with the last factor. @throws 404 second_factor_not_found */
  async removeTotp(tx: Transaction, owner: FactorOwner): Promise<void> {
    if (!(await this.factors.removeTotp(tx, owner))) throw secondFactorNotFound();
    await this.mails.enqueue(tx, 'authenticator-app-removed', owner.id);
    await this.removeLastCodes(tx, owner);
  }

  /** The codes go with the last factor. @throws 404 passkey_not_found */
  async removePasskey(tx: Transaction, owner: FactorOwner, id: string): Promise<void> {
    await this.passkeys.remove(tx, owner, id);
    await this.removeLastCodes(tx, owner);
  }

  /** Removes what the person has. @returns false where there was none */
  async removeAll(tx: Transaction, owner: FactorOwner): Promise<boolean> {
    const isAppRemoved = await this.factors.removeTotp(tx, owner);
    const passkeys = await this.passkeys.removeAll(tx, owner);
    await this.factors.removeCodes(tx, owner);
    return isAppRemoved || passkeys > 0;
  }

  private async removeLastCodes(tx: Transaction, owner: FactorOwner): Promise<void> {
    if (!(await this.hasAny(tx, owner))) await this.factors.removeCodes(tx, owner);
  }

  private async hasAny(tx: Transaction, owner: FactorOwner): Promise<boolean> {
    const { totp, passkeys } = await this.describe(tx, owner);
    return totp !== null || passkeys.length > 0;
  }

  async describe(tx: Transaction, owner: FactorOwner): Promise<SecondFactors> {
    const factor = await this.factors.findTotp(tx, owner);
    const totp = factor?.confirmedAt ? { confirmedAt: factor.confirmedAt } : null;
    const passkeys = await this.passkeys.list(tx, owner);
    return { totp, passkeys, recoveryCodesLeft: await this.factors.countCodes(tx, owner) };
  }

  /** For `navigator.credentials.get`, of a person or staff member who is logged in. @throws 409 passkeys_unavailable */
  async askForProof(tx: Transaction, owner: FactorOwner): Promise<object> {
    const asked = askedOf(owner, null);
    return this.passkeys.ask(tx, asked, await this.passkeys.list(tx, owner));
  }

  /**
   * Checks without using it up.
   * @param asked what an authenticator was asked for
   * @returns null for a wrong answer, or one used up before
   */
  async check(
    tx: Transaction,
    owner: FactorOwner,
    answer: SecondStepAnswer,
    asked: Asked,
  ): Promise<RightAnswer | null> {
    if ('passkey' in answer) return this.checkPasskey(tx, owner, answer.passkey, asked);
    if ('code' in answer) return this.checkCode(tx, owner, answer.code);
    const hash = hashRecoveryCode(this.codeKey, owner.id, answer.recoveryCode);
    const isThere = await this.factors.hasCode(tx, owner, hash);
    return isThere ? { method: 'recovery_code', hash } : null;
  }

  /** Uses a right answer up: of concurrent calls, one succeeds. @throws 401 mfa_code_invalid, passkey_invalid */
  async use(tx: Transaction, owner: FactorOwner, answer: RightAnswer): Promise<void> {
    if (answer.method === 'passkey') return this.passkeys.use(tx, answer);
    if (answer.method === 'recovery_code') return this.useCode(tx, owner, answer.hash);
    if (!(await this.factors.useStep(tx, owner, answer.step))) throw mfaCodeInvalid();
  }

  private async useCode(tx: Transaction, owner: FactorOwner, hash: Buffer): Promise<void> {
    if (!(await this.factors.useCode(tx, owner, hash))) throw mfaCodeInvalid();
    await this.mails.enqueue(tx, 'recovery-code-used', owner.id);
  }

  private async checkPasskey(
    tx: Transaction,
    owner: FactorOwner,
    answer: object,
    asked: Asked,
  ): Promise<RightPasskey | null> {
    const passkey = await this.passkeys.find(tx, owner.kind, answer);
    if (passkey?.ownerId !== owner.id) return null;
    return this.passkeys.check(tx, passkey, asked, answer);
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

/** The refusal of a wrong answer. */
export function wrongAnswer(answer: SecondStepAnswer): DomainError {
  return 'passkey' in answer ? passkeyInvalid() : mfaCodeInvalid();
}

/** A secret that is copied into another row cannot be opened there. */
function rowOf({ id }: FactorOwner): Buffer {
  return Buffer.from(`totp ${id}`);
}
