import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import {
  SessionsRepository,
  type OpenedSession,
  type SessionProof,
} from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { TeamMembersService } from '../team-members/team-members.service';
import { AccountsRepository, type Membership, type Place } from './accounts.repository';

/** `place` is null where the person has no business. */
export interface SignedIn {
  opened: OpenedSession;
  place: Place | null;
}

export type ActivePlace = Membership & { businessId: string; memberId: string };

/** For whom a session is opened. */
export interface SigningIn {
  userId: string;
  /** Of the password that was checked; null where none was. */
  passwordVersion: number | null;
  userAgent: string | null;
  proof: SessionProof;
}

/** Opens sessions, where what was checked before still holds. */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly members: TeamMembersService,
  ) {}

  /** In this place, or outside without one. Platform scope. @returns null when it, the password or a factor has changed */
  open(
    tx: Transaction,
    place: Pick<ActivePlace, 'businessId' | 'memberId'> | null,
    signingIn: SigningIn & { passwordVersion: number },
  ): Promise<SignedIn | null> {
    if (!place) return this.openOutside(tx, signingIn);
    return this.openIn(tx.with({ businessId: place.businessId }), place.memberId, signingIn);
  }

  /** In the business of the transaction. @returns null when the member is gone, or password or factors have changed */
  async openIn(
    tx: Transaction,
    memberId: string,
    { passwordVersion, ...owner }: SigningIn,
  ): Promise<(SignedIn & { place: Place }) | null> {
    const place = await this.accounts.lockPlace(tx, memberId, passwordVersion);
    if (!place) return null;
    const businessId = tx.requireBusinessId();
    const opened = await this.sessions.open(tx, { businessId, memberId, ...owner });
    await this.members.markUsed(tx, memberId);
    return { opened, place };
  }

  /** Of a person without a business. Platform scope. @returns null when password or factors have changed */
  async openOutside(
    tx: Transaction,
    { userId: id, ...signingIn }: SigningIn & { passwordVersion: number },
  ): Promise<SignedIn | null> {
    const { passwordVersion, userAgent, proof } = signingIn;
    if (!(await this.users.lockUnchanged(tx, { id, passwordVersion }))) return null;
    const opened = await this.sessions.openWithoutBusiness(tx, { userId: id, userAgent, proof });
    return { opened, place: null };
  }
}

/** @param wanted the business; undefined: any */
export function isActive(
  membership: Membership,
  wanted: string | undefined,
): membership is ActivePlace {
  const { memberStatus, businessId } = membership;
  return memberStatus === 'active' && (wanted === undefined || businessId === wanted.toLowerCase());
}
