import { Inject, Injectable } from '@nestjs/common';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers';
import { newId } from '../../../common/ids';
import { CONFIG, type Config } from '../../../platform/config/config';
import { violatedConstraint } from '../../../platform/database/database-errors';
import type { Transaction } from '../../../platform/database/transaction';
import { MailQueue } from '../../../platform/mail/mail-queue';
import type { FactorOwner } from '../second-factors/factor-owner';
import { CHALLENGE_LIFETIME_MS, PasskeyChallenges, type Asked } from './passkey-challenges';
import {
  MOST_PASSKEYS,
  passkeyExists,
  passkeyInvalid,
  passkeyNotFound,
  passkeysUnavailable,
  tooManyPasskeys,
} from './passkeys.errors';
import { PasskeysRepository, type NewPasskey, type Passkey } from './passkeys.repository';
import { relyingPartyOf, type RelyingParty } from './relying-party';

export type { Asked, Passkey };

/** A right answer of an authenticator, not used up yet. */
export interface RightPasskey {
  method: 'passkey';
  id: string;
  counter: number;
  challenge: string;
}

/** What a person registers: `navigator.credentials.create(…)` as JSON, and how they call it. */
export interface PasskeyToRegister {
  name: string;
  passkey: object;
}

const UNIQUE_CREDENTIAL = 'uq_passkeys_credential_id';

/**
 * Passkeys of people and staff (WebAuthn Level 3): discoverable, and only with user verification, so one is two factors.
 * In the caller's transaction, in platform scope; what changes one expects its owner to be locked.
 */
@Injectable()
export class PasskeysService {
  private readonly party: RelyingParty | null;

  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly challenges: PasskeyChallenges,
    private readonly mails: MailQueue,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.party = relyingPartyOf(config);
  }

  /** Whether there is a host that passkeys can be of. */
  get areOn(): boolean {
    return this.party !== null;
  }

  /** For `navigator.credentials.create`. @throws 409 passkeys_unavailable, too_many_passkeys */
  async beginRegistration(
    tx: Transaction,
    owner: FactorOwner,
    email: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.listBelowLimit(tx, owner);
    return generateRegistrationOptions({
      rpName: this.config.brand.name,
      rpID: this.getParty().id,
      userName: email,
      userDisplayName: email,
      userID: new Uint8Array(handleOf(owner.id)),
      challenge: new Uint8Array(this.challenges.create(tx, registrationOf(owner))),
      timeout: CHALLENGE_LIFETIME_MS,
      attestationType: 'none',
      excludeCredentials: known.map(toDescriptor),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /**
   * Registers it, and tells its owner by mail.
   * @throws 401 passkey_invalid, 409 passkeys_unavailable, passkey_exists, too_many_passkeys
   */
  async register(
    tx: Transaction,
    owner: FactorOwner,
    { name, passkey: response }: PasskeyToRegister,
  ): Promise<Passkey> {
    await this.listBelowLimit(tx, owner);
    const verified = await this.verifyRegistration(tx, owner, response);
    if (!verified || !(await this.challenges.use(tx, verified.challenge))) throw passkeyInvalid();
    const made = { ...verified.made, id: newId(), name, createdAt: tx.now };
    await this.insert(tx, owner, made);
    await this.mails.enqueue(tx, 'passkey-added', made.id);
    return { ...made, ownerId: owner.id, counter: String(made.counter), lastUsedAt: null };
  }

  list(tx: Transaction, owner: FactorOwner): Promise<Passkey[]> {
    return this.passkeys.list(tx, owner);
  }

  /** @throws 404 passkey_not_found */
  async rename(tx: Transaction, owner: FactorOwner, id: string, name: string): Promise<Passkey> {
    if (!(await this.passkeys.rename(tx, owner, id, name))) throw passkeyNotFound();
    return (await this.list(tx, owner)).find((passkey) => passkey.id === id)!;
  }

  /** Removes it, and tells its owner by mail. @throws 404 passkey_not_found */
  async remove(tx: Transaction, owner: FactorOwner, id: string): Promise<void> {
    if (!(await this.passkeys.remove(tx, owner, id))) throw passkeyNotFound();
    await this.mails.enqueue(tx, 'passkey-removed', owner.id);
  }

  /** @returns how many */
  removeAll(tx: Transaction, owner: FactorOwner): Promise<number> {
    return this.passkeys.removeAll(tx, owner);
  }

  /**
   * For `navigator.credentials.get`.
   * @param allowed whose passkeys; null: the device offers what it has, as the person is not known yet
   * @throws 409 passkeys_unavailable
   */
  ask(
    tx: Transaction,
    asked: Asked,
    allowed: Passkey[] | null,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      rpID: this.getParty().id,
      challenge: new Uint8Array(this.challenges.create(tx, asked)),
      allowCredentials: allowed?.map(toDescriptor),
      timeout: CHALLENGE_LIFETIME_MS,
      userVerification: 'required',
    });
  }

  /** The passkey that an answer names, whether the answer is right or not. */
  async find(tx: Transaction, kind: Asked['kind'], answer: object): Promise<Passkey | null> {
    const { id } = answer as { id?: unknown };
    if (typeof id !== 'string') return null;
    return this.passkeys.findByCredential(tx, kind, Buffer.from(id, 'base64url'));
  }

  /** Checks an answer without using it up. @returns null for a wrong one, whatever is wrong */
  async check(
    tx: Transaction,
    passkey: Passkey,
    asked: Asked,
    answer: object,
  ): Promise<RightPasskey | null> {
    const { party } = this;
    if (!party || !isByOwner(passkey, asked, answer)) return null;
    let challenge = '';
    const isExpected = (given: string) => this.challenges.isOf(tx, (challenge = given), asked);
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: answer as AuthenticationResponseJSON,
        expectedChallenge: isExpected,
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        credential: toCredential(passkey),
        requireUserVerification: true,
      });
      const counter = authenticationInfo.newCounter;
      return verified ? { method: 'passkey', id: passkey.id, counter, challenge } : null;
    } catch {
      return null; // the library throws for what is malformed, of another origin or challenge, unverified, or a copy
    }
  }

  /** Uses a right answer up: of concurrent calls, one succeeds. @throws 401 passkey_invalid */
  async use(tx: Transaction, { id, counter, challenge }: RightPasskey): Promise<void> {
    const isUsed = await this.challenges.use(tx, challenge);
    if (!isUsed || !(await this.passkeys.use(tx, id, counter))) throw passkeyInvalid();
  }

  /** Deletes expired challenges. */
  prune(tx: Transaction): Promise<void> {
    return this.challenges.prune(tx);
  }

  private async verifyRegistration(tx: Transaction, owner: FactorOwner, response: object) {
    const { id: expectedRPID, origin: expectedOrigin } = this.getParty();
    const asked = registrationOf(owner);
    const given = response as RegistrationResponseJSON;
    let challenge = '';
    try {
      if (!isWithoutCertificates(given)) return null;
      const { registrationInfo } = await verifyRegistrationResponse({
        response: given,
        expectedChallenge: (each) => this.challenges.isOf(tx, (challenge = each), asked),
        expectedOrigin,
        expectedRPID,
        requireUserVerification: true,
      });
      return registrationInfo ? { challenge, made: toPasskey(registrationInfo) } : null;
    } catch {
      return null; // as in `check`
    }
  }

  private async insert(tx: Transaction, owner: FactorOwner, passkey: NewPasskey): Promise<void> {
    try {
      await this.passkeys.insert(tx, owner, passkey);
    } catch (error) {
      if (violatedConstraint(error) === UNIQUE_CREDENTIAL) throw passkeyExists();
      throw error;
    }
  }

  private async listBelowLimit(tx: Transaction, owner: FactorOwner): Promise<Passkey[]> {
    const known = await this.list(tx, owner);
    if (known.length >= MOST_PASSKEYS) throw tooManyPasskeys();
    return known;
  }

  private getParty(): RelyingParty {
    if (!this.party) throw passkeysUnavailable();
    return this.party;
  }
}

function registrationOf({ kind, id }: FactorOwner): Asked {
  return { purpose: 'registration', kind, subject: id };
}

/** The user handle that an authenticator keeps with a passkey: the id, which says nothing about the person. */
function handleOf(ownerId: string): Buffer {
  return Buffer.from(ownerId.replaceAll('-', ''), 'hex');
}

/** WebAuthn Level 3, section 7.2, step 6: without a person who is known already, the handle must be there. */
function isByOwner({ ownerId }: Passkey, { purpose }: Asked, answer: object): boolean {
  const { userHandle } = (answer as { response?: { userHandle?: unknown } }).response ?? {};
  if (userHandle === undefined || userHandle === null) return purpose !== 'login';
  return userHandle === handleOf(ownerId).toString('base64url');
}

/**
 * Certificates of authenticators are not asked for. To check those of a stranger, the library would fetch from the
 * addresses in them.
 */
function isWithoutCertificates({ response }: RegistrationResponseJSON): boolean {
  const object = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
  const format = object.get('fmt');
  return format === 'none' || (format === 'packed' && !object.get('attStmt').get('x5c'));
}

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

function toPasskey({
  credential,
  credentialDeviceType,
}: NonNullable<Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo']>) {
  const { id, publicKey, counter, transports } = credential;
  const given: unknown[] = Array.isArray(transports) ? transports : [];
  return {
    credentialId: Buffer.from(id, 'base64url'),
    publicKey: Buffer.from(publicKey),
    counter,
    transports: TRANSPORTS.filter((each) => given.includes(each)),
    isSynced: credentialDeviceType === 'multiDevice',
  };
}

function toDescriptor({ credentialId, transports }: Passkey) {
  const id = credentialId.toString('base64url');
  return { id, transports };
}

function toCredential({ credentialId, publicKey, counter }: Passkey) {
  const id = credentialId.toString('base64url');
  return { id, publicKey: new Uint8Array(publicKey), counter: Number(counter) };
}
