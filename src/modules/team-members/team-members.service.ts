import { Injectable } from '@nestjs/common';
import type { Permission, Role } from '../../common/access/permissions';
import type { EventDefinition } from '../../common/events';
import type { ListQuery } from '../../common/dto/list.query';
import type { DomainError } from '../../common/problem';
import {
  businessDeactivated,
  permissionDenied,
  reauthenticationRequired,
} from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { BusinessesService } from '../businesses/businesses.service';
import { EventsService } from '../events/events.service';
import { SessionsRepository } from '../identity/sessions.repository';
import { seats } from './features';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { InvitationsRepository } from './invitations.repository';
import {
  refuseActivation,
  refuseDeactivation,
  refuseRemoval,
  refuseRole,
  type TeamState,
} from './member-rules';
import type { Member } from './member.entity';
import {
  invitationEvents,
  memberJoined,
  memberLeft,
  memberRoleChanged,
  type InvitationData,
  type MemberData,
} from './team-members.events';
import { memberNotFound } from './team-members.errors';
import {
  TeamMembersRepository,
  type FirstMembers,
  type MemberWithPerson,
  type Owner,
} from './team-members.repository';

export type { MemberWithPerson, Owner };

/** Decides on the locked state; null allows the change. */
type Rule = (state: TeamState) => DomainError | null;

@Injectable()
export class TeamMembersService {
  constructor(
    private readonly database: Database,
    private readonly members: TeamMembersRepository,
    private readonly invitations: InvitationsRepository,
    private readonly sessions: SessionsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly events: EventsService,
    private readonly businesses: BusinessesService,
  ) {}

  /** The three members of a new business. */
  async createFirst(tx: Transaction, ownerUserId: string): Promise<FirstMembers> {
    const first = await this.members.insertFirst(tx, ownerUserId);
    this.events.append(tx, memberJoined, { memberId: first.owner.id, role: 'owner' });
    return first;
  }

  /** The seat that staff act from. */
  getSupportMember(tx: Transaction): Promise<Member> {
    return this.members.getSystemMember(tx, 'support');
  }

  /** The member that holds the API keys. */
  getSdkMember(tx: Transaction): Promise<Member> {
    return this.members.getSystemMember(tx, 'sdk');
  }

  /** The active owners, the first one first. */
  listOwners(tx: Transaction): Promise<Owner[]> {
    return this.members.listActive(tx, ['owner']);
  }

  /** Where mails to a business go. */
  async listOwnerEmails(tx: Transaction): Promise<string[]> {
    return (await this.listOwners(tx)).map(({ email }) => email);
  }

  /** How many businesses a person is an active owner of. Platform scope. */
  countOwned(tx: Transaction, userId: string): Promise<number> {
    return this.members.countOwned(tx, userId);
  }

  /** Locks the caller's member, and checks that it still has the permission. @throws 403 permission_denied */
  assertCallerMay(tx: Transaction, permission: Permission): Promise<void> {
    return this.members.assertCallerMay(tx, permission);
  }

  /** Locks the caller's member until the transaction ends. @throws 403 permission_denied for one who has left meanwhile */
  async lockCaller(tx: Transaction): Promise<Member> {
    const caller = await this.members.lockCaller(tx);
    if (caller?.status !== 'active') throw permissionDenied();
    return caller;
  }

  /** The names of those of these members who are still there. */
  listNames(tx: Transaction, ids: readonly string[]): Promise<Map<string, string>> {
    return this.members.listNames(tx, ids);
  }

  /** What a member may do now. Null where it has left or is deactivated. */
  findActiveRole(tx: Transaction, id: string): Promise<Role | null> {
    return this.members.findActiveRole(tx, id);
  }

  /** Whose membership it is; null where there is none, or it is no person's. */
  async findUserId(tx: Transaction, id: string): Promise<string | null> {
    return (await this.members.lock(tx, id))?.userId ?? null;
  }

  /**
   * Takes a seat for a person whom the issuer of a token, or the sign-in of the business, vouches for. Who is or was
   * deactivated stays so. In the caller's transaction, in platform scope.
   * @throws 402 limit_reached, 403 business_deactivated, 404 business_not_found
   */
  async admit(tx: Transaction, userId: string, role: Exclude<Role, 'owner'>): Promise<void> {
    if (await this.members.findOfPerson(tx, userId)) return;
    const { status } = await this.businesses.getNamed(tx);
    if (status !== 'active') throw businessDeactivated();
    await this.subscriptions.assertSeatFor(tx, seats); // locks: of two at once, the second finds the member
    if (await this.members.findOfPerson(tx, userId)) return;
    const { id: memberId } = await this.members.join(tx, userId, role);
    this.events.append(tx, memberJoined, { memberId, role });
  }

  /** A login opens the business that was used last. */
  markUsed(tx: Transaction, id: string): Promise<void> {
    return this.members.markUsed(tx, id);
  }

  list(context: RequestContext, query: ListQuery): Promise<MemberWithPerson[]> {
    return this.database.transaction(context, (tx) => this.members.list(tx, query));
  }

  /** @throws 404 team_member_not_found */
  get(context: RequestContext, id: string): Promise<MemberWithPerson> {
    return this.database.transaction(context, (tx) => this.getIn(tx, id));
  }

  /** @throws 403 permission_denied, 404 team_member_not_found, 409 own_role, last_owner or system_member */
  assignRole(context: RequestContext, id: string, role: Role): Promise<MemberWithPerson> {
    return this.change(
      context,
      id,
      (state) => refuseRole(state, role),
      async (tx) => {
        await this.members.update(tx, id, { role });
        this.events.append(tx, memberRoleChanged, { memberId: id, role });
        await this.revokeInvitationsBy(tx, id, role);
      },
    );
  }

  /** Ends the member's sessions here at once. @throws like `assignRole` */
  deactivate(context: RequestContext, id: string): Promise<MemberWithPerson> {
    return this.change(context, id, refuseDeactivation, async (tx, target) => {
      await this.members.update(tx, id, { status: 'deactivated' });
      if (target.status === 'active') this.tell(tx, memberLeft, target);
      await this.sessions.endOfMember(tx, id);
      await this.revokeInvitation(tx, id);
      await this.revokeInvitationsBy(tx, id, null);
    });
  }

  /** Takes a seat again. @throws 402 limit_reached and like `assignRole` */
  activate(context: RequestContext, id: string): Promise<MemberWithPerson> {
    return this.database.transaction(context, async (tx) => {
      const target = await this.getIn(tx, id);
      const refusal = refuseActivation({ actor: callerOf(tx), target, activeOwnerIds: [] });
      if (refusal) throw refusal; // a 403 comes before the 402
      if (target.status === 'deactivated') await this.subscriptions.assertSeatFor(tx, seats); // locks the subscription: before the members
      return this.change(tx, id, refuseActivation, async (_, before) => {
        await this.members.update(tx, id, { status: 'active' });
        if (before.status === 'deactivated') this.tell(tx, memberJoined, before);
        await this.revokeInvitation(tx, id);
      });
    });
  }

  /** Removes a member, or the caller's own membership. @throws like `assignRole` */
  async remove(context: RequestContext, id: string): Promise<void> {
    const isLeaving = context.requireMember().memberId === id;
    if (!isLeaving && !context.permissions.includes('team_members:write')) throw permissionDenied(); // before the 404
    await this.database.transaction(context, async (tx) => {
      const target = await this.decide(tx, id, refuseRemoval);
      if (target.status === 'active') this.tell(tx, memberLeft, target);
      await this.revokeInvitation(tx, id);
      await this.revokeInvitationsBy(tx, id, null);
      await this.members.remove(tx, id);
    });
  }

  /** An earlier invitation would outlive this decision. */
  private async revokeInvitation(tx: Transaction, id: string): Promise<void> {
    const { email } = await this.getIn(tx, id);
    if (email) this.tellRevoked(tx, await this.invitations.revokeOpen(tx, email));
  }

  /** Revokes the invitations that this member may no longer give. @param role null: none is left */
  private async revokeInvitationsBy(tx: Transaction, id: string, role: Role | null): Promise<void> {
    if (role === 'owner') return;
    const which = role === 'admin' ? 'owners' : 'all';
    this.tellRevoked(tx, await this.invitations.revokeOf(tx, id, which));
  }

  private change(
    context: RequestContext,
    id: string,
    rule: Rule,
    write: (tx: Transaction, target: Member) => Promise<void>,
  ): Promise<MemberWithPerson> {
    return this.database.transaction(context, async (tx) => {
      await write(tx, await this.decide(tx, id, rule));
      return this.getIn(tx, id);
    });
  }

  /** Of owners decides only who has proven who they are of late. @returns the member as it was, locked */
  private async decide(tx: Transaction, id: string, rule: Rule): Promise<Member> {
    const { memberId, kind } = tx.requireMember();
    const locked = await this.members.lockTeam(tx, [id, memberId]);
    const target = locked.find((member) => member.id === id);
    if (!target) throw memberNotFound();
    const actor = kind === 'person' ? locked.find((member) => member.id === memberId) : null;
    if (actor === undefined) throw permissionDenied(); // removed since the request began
    const owners = locked.filter((member) => member.role === 'owner' && member.status === 'active');
    const refusal = rule({ actor, target, activeOwnerIds: owners.map((owner) => owner.id) });
    if (refusal) throw refusal;
    const isOther = target.role === 'owner' && id !== memberId;
    if (isOther && tx.person?.isProven === false) throw reauthenticationRequired();
    return target;
  }

  private tell(
    tx: Transaction,
    definition: EventDefinition<MemberData>,
    { id: memberId, role }: Member,
  ): void {
    if (role) this.events.append(tx, definition, { memberId, role });
  }

  private tellRevoked(tx: Transaction, invitations: InvitationData[]): void {
    for (const invitation of invitations)
      this.events.append(tx, invitationEvents.revoked, invitation);
  }

  private async getIn(tx: Transaction, id: string): Promise<MemberWithPerson> {
    const member = await this.members.find(tx, id);
    if (!member) throw memberNotFound();
    return member;
  }
}

/** The caller, as of authentication; null: not a person (support). */
function callerOf(context: RequestContext): TeamState['actor'] {
  const { memberId, kind, role } = context.requireMember();
  return kind === 'person' ? { id: memberId, role, status: 'active' } : null;
}
