import { Injectable } from '@nestjs/common';
import type { DomainError } from '../../common/problem';
import type { ListQuery } from '../../common/dto/list.query';
import { emailKeyOf, foldEmail, isSameEmail } from '../../common/email';
import { newId } from '../../common/ids';
import { businessDeactivated, permissionDenied, unauthenticated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { DailyLimiter } from '../../platform/rate-limit/daily-limiter';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { BusinessesService } from '../businesses/businesses.service';
import { EventsService } from '../events/events.service';
import { OneTimeKeys } from '../identity/one-time-keys';
import type { User } from '../identity/user.entity';
import { seats } from './features';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import type { CreateInvitationRequest } from './dto/invitation.requests';
import { statusOf, type Invitation, type InvitationStatus } from './invitation.entity';
import { InvitationsRepository, type InvitationDetails } from './invitations.repository';
import type { Member } from './member.entity';
import { invitationEvents, memberJoined, type InvitationData } from './team-members.events';
import { mayGive, refuseInviting } from './member-rules';
import {
  invitationExpired,
  invitationForAnotherEmail,
  invitationNotFound,
  invitationRevoked,
  invitationUsed,
} from './team-members.errors';
import { TeamMembersRepository } from './team-members.repository';

const EXPIRE = 'invitation.expire';
const BATCH_SIZE = 200;
const LIFETIME_MS = 7 * 86_400_000;
const YOUNG_MS = 7 * 86_400_000;

export interface InvitationPage {
  invitations: Invitation[];
  now: Date;
}

@Injectable()
export class InvitationsService {
  constructor(
    private readonly database: Database,
    private readonly invitations: InvitationsRepository,
    private readonly members: TeamMembersRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly keys: OneTimeKeys,
    private readonly mails: MailQueue,
    private readonly businesses: BusinessesService,
    private readonly limiter: DailyLimiter,
    private readonly events: EventsService,
  ) {}

  /** For development: moves their creation and expiry that many days into the past. */
  shift(tx: Transaction, days: number): Promise<void> {
    return this.invitations.shift(tx, days);
  }

  /**
   * Invites an address and mails it the key; replaces a pending invitation of that address. A former member is invited
   * like any other person; a deactivated member who accepts becomes active again, with the role of the invitation.
   * @throws 402 limit_reached, 403 permission_denied (an admin invites no owner, not even a deactivated one) or
   * subscription_inactive, 409 already_member, 429 rate_limited
   */
  create(context: RequestContext, request: CreateInvitationRequest): Promise<Invitation> {
    const { email, role, fullName = null } = request;
    if (role === 'owner' && context.requireMember().role !== 'owner')
      throw permissionDenied({ detail: 'Only an owner can invite an owner.' }); // a 403 comes before the 402
    return this.database.transaction(context, async (tx) => {
      await this.subscriptions.assertRoomFor(tx, seats); // locks: two invitations of one address come one after the other
      await this.assertMayInvite(tx, { email, role });
      await this.countMail(tx, email);
      for (const replaced of await this.invitations.revokeOpen(tx, email))
        this.events.append(tx, invitationEvents.revoked, replaced);
      const invitation = this.make(tx, { email, role, fullName });
      await this.invitations.insert(tx, invitation);
      this.events.append(tx, invitationEvents.sent, dataOf(invitation));
      await this.mails.enqueue(tx, 'invitation', invitation.id);
      return { ...invitation, emailFolded: foldEmail(email) };
    });
  }

  list(context: RequestContext, query: ListQuery): Promise<InvitationPage> {
    return this.database.transaction(context, async (tx) => ({
      invitations: await this.invitations.list(tx, query),
      now: tx.now,
    }));
  }

  /**
   * A new key and seven more days; the old link stops working. The member who resends it becomes its inviter.
   * @throws 403 permission_denied (an admin sends no owner's), 404 invitation_not_found, 409 already_member, 410, 429
   * rate_limited
   */
  resend(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      await this.members.assertCallerMay(tx, 'invitations:write'); // a 403 comes before the 404
      const invitation = await this.lock(tx, id);
      if (invitation.revokedAt) throw invitationRevoked(); // a newer one has replaced it
      assertStatus(invitation, tx.now, ['pending', 'expired']);
      await this.assertMayInvite(tx, invitation);
      await this.countMail(tx, invitation.email);
      await this.invitations.update(tx, id, {
        ...this.keys.create('invitation', id),
        expiresAt: expiryFrom(tx.now),
        invitedById: tx.requireMember().memberId,
        expiryRaisedAt: null,
      });
      this.events.append(tx, invitationEvents.sent, dataOf(invitation));
      await this.mails.enqueue(tx, 'invitation', id);
    });
  }

  /** Idempotent. @throws 404 invitation_not_found, 410 invitation_used */
  revoke(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      const invitation = await this.lock(tx, id);
      if (invitation.acceptedAt) throw invitationUsed();
      if (invitation.revokedAt) return;
      await this.invitations.update(tx, id, { revokedAt: tx.now });
      if (statusOf(invitation, tx.now) === 'pending')
        this.events.append(tx, invitationEvents.revoked, dataOf(invitation));
    });
  }

  /** The invitation of a key; does not use it up. @throws 404 invitation_not_found, 410 */
  lookUp(
    context: RequestContext,
    key: string,
  ): Promise<{ invitation: Invitation; details: InvitationDetails }> {
    return this.database.platform(context, 'the invited belongs to no business yet', async (tx) => {
      const invitation = await this.getPending(tx, key);
      return { invitation, details: await this.invitations.readDetails(tx, invitation) };
    });
  }

  /**
   * Takes the seat, for the invited address only. In the caller's transaction, in platform scope; of concurrent calls,
   * one wins.
   * @throws 402 limit_reached, 403 business_deactivated or invitation_for_another_email, 404 invitation_not_found, 409
   * already_member, 410
   */
  async accept(
    tx: Transaction,
    key: string,
    person: Pick<User, 'id' | 'email'>,
  ): Promise<{ invitation: Invitation; member: Member }> {
    const found = await this.getPending(tx, key);
    if (!isSameEmail(found.email, person.email)) throw invitationForAnotherEmail();
    return this.take(tx, found, person);
  }

  /**
   * The same without the key, for a person whose address an issuer has verified: the invitation of that address in the
   * business of the transaction, if there is one. An owner's is accepted with its key alone.
   * @throws 402 limit_reached, 403 business_deactivated
   */
  async acceptOpen(tx: Transaction, person: Pick<User, 'id' | 'email'>): Promise<void> {
    const found = await this.invitations.findOpen(tx, person.email);
    const isMember = (await this.members.findOfPerson(tx, person.id)) !== null;
    if (found && found.role !== 'owner' && !isMember) await this.take(tx, found, person);
  }

  private async take(
    tx: Transaction,
    found: Invitation,
    person: Pick<User, 'id' | 'email'>,
  ): Promise<{ invitation: Invitation; member: Member }> {
    const { businessStatus } = await this.invitations.readDetails(tx, found);
    if (businessStatus !== 'active') throw businessDeactivated();
    const inBusiness = tx.with({ businessId: found.businessId });
    await this.subscriptions.assertSeatFor(inBusiness, seats); // the same order of locks as in `create`
    await this.assertInviterMay(inBusiness, found, person.id);
    const invitation = await this.lock(inBusiness, found.id);
    if (!invitation.keyHash.equals(found.keyHash)) throw invitationNotFound(); // resent meanwhile: this link is no longer valid
    assertStatus(invitation, tx.now, ['pending']);
    const member = await this.members.join(inBusiness, person.id, invitation.role);
    await this.invitations.update(inBusiness, invitation.id, { acceptedAt: tx.now });
    const joined = { memberId: member.id, role: invitation.role };
    const accepted = { ...joined, ...dataOf(invitation) };
    this.events.append(inBusiness, invitationEvents.accepted, accepted, member.id);
    this.events.append(inBusiness, memberJoined, joined, member.id);
    return { invitation, member };
  }

  /** Every process with the `cron` role runs it; each invitation is claimed by one of them. @returns how many */
  @Scheduled(EXPIRE, '*/10 * * * *')
  async expireAll(context: RequestContext): Promise<number> {
    let expired = 0;
    for (;;) {
      const batch = await this.database.platform(
        context,
        'invitations expire in all tenants',
        (tx) => this.expireBatch(tx),
      );
      expired += batch;
      if (batch < BATCH_SIZE) return expired;
    }
  }

  private async expireBatch(tx: Transaction): Promise<number> {
    const claimed = await this.invitations.claimExpired(tx, BATCH_SIZE);
    for (const { businessId, ...invitation } of claimed)
      this.events.append(tx.with({ businessId }), invitationEvents.expired, invitation);
    return claimed.length;
  }

  private make(
    tx: Transaction,
    fields: Pick<Invitation, 'email' | 'role' | 'fullName'>,
  ): Omit<Invitation, 'emailFolded'> {
    const id = newId();
    const { memberId } = tx.requireMember();
    const life = {
      createdAt: tx.now,
      expiresAt: expiryFrom(tx.now),
      acceptedAt: null,
      revokedAt: null,
      expiryRaisedAt: null,
    };
    return {
      ...fields,
      ...life,
      ...this.keys.create('invitation', id),
      id,
      emailKey: emailKeyOf(fields.email),
      businessId: tx.requireBusinessId(),
      invitedById: memberId,
    };
  }

  /** Locks the caller's member: a change of role waits, and then finds the invitation. */
  private async assertMayInvite(
    tx: Transaction,
    { email, role }: Pick<Invitation, 'email' | 'role'>,
  ): Promise<void> {
    const actor = await this.members.lockCaller(tx);
    if (!actor) throw unauthenticated(); // removed since the request began
    const existing = await this.members.findByEmail(tx, email);
    const refusal = refuseInviting({ actor, existing }, role);
    if (refusal) throw refusal;
  }

  /** A business is young for a week: founding one to send mails does not pay. */
  private async countMail(tx: Transaction, email: string): Promise<void> {
    const { createdAt } = await this.businesses.get(tx);
    const isOld = tx.now.getTime() - createdAt.getTime() >= YOUNG_MS;
    await this.limiter.countInvitation(tx, email, isOld);
  }

  /** Locked, so that a change of the inviter's role waits. Null where the inviter has left. */
  private async assertInviterMay(
    tx: Transaction,
    { invitedById, role }: Invitation,
    userId: string,
  ): Promise<void> {
    const inviter = invitedById === null ? null : await this.members.lock(tx, invitedById);
    const existing = await this.members.findOfPerson(tx, userId);
    if (!mayGive(inviter, { role, existing })) throw invitationRevoked();
  }

  private async getPending(tx: Transaction, key: string): Promise<Invitation> {
    const invitation = await this.invitations.findByKey(tx, key);
    if (!invitation) throw invitationNotFound();
    assertStatus(invitation, tx.now, ['pending']);
    return invitation;
  }

  private async lock(tx: Transaction, id: string): Promise<Invitation> {
    const invitation = await this.invitations.lock(tx, id);
    if (!invitation) throw invitationNotFound();
    return invitation;
  }
}

const REFUSALS: Record<InvitationStatus, () => DomainError> = {
  pending: invitationNotFound,
  accepted: invitationUsed,
  expired: invitationExpired,
  revoked: invitationRevoked,
};

function assertStatus(invitation: Invitation, now: Date, allowed: InvitationStatus[]): void {
  const status = statusOf(invitation, now);
  if (!allowed.includes(status)) throw REFUSALS[status]();
}

function dataOf({ id, role }: Pick<Invitation, 'id' | 'role'>): InvitationData {
  return { invitationId: id, role };
}

function expiryFrom(now: Date): Date {
  return new Date(now.getTime() + LIFETIME_MS);
}
