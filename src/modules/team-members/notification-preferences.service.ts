import { Injectable } from '@nestjs/common';
import { ROLES, permissionsOf, type Role } from '../../common/access/permissions';
import { eventDefinition, readableNotices, type EventDefinition } from '../../common/events';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import {
  NotificationPreferencesRepository,
  type MailedMember,
  type Preference,
} from './notification-preferences.repository';
import { TeamMembersService } from './team-members.service';

export type { MailedMember };

export interface ShownPreference extends Preference {
  fixed: boolean;
}

/** Which mails about events each member wants. */
@Injectable()
export class NotificationPreferencesService {
  constructor(
    private readonly database: Database,
    private readonly preferences: NotificationPreferencesRepository,
    private readonly members: TeamMembersService,
  ) {}

  /** One for each type that the caller may read. */
  list(context: RequestContext): Promise<ShownPreference[]> {
    return this.database.transaction(context, async (tx) => {
      const { memberId, role } = tx.requireMember();
      const own = await this.preferences.listOf(tx, memberId);
      const types = readableNotices(tx.permissions);
      return types.map((type) => shown(eventDefinition(type), role, own));
    });
  }

  /** @throws 403 permission_denied for one who has left meanwhile, 422 validation_failed */
  update(context: RequestContext, preferences: readonly Preference[]): Promise<ShownPreference[]> {
    assertChangeable(context, preferences);
    const last = new Map(preferences.map((preference) => [preference.type, preference]));
    return this.database.transaction(context, async (tx) => {
      const { id } = await this.members.lockCaller(tx);
      await this.preferences.save(tx, id, [...last.values()]);
      return this.list(tx);
    });
  }

  /** Who gets mails about this type: active members who may read it and want them, the first one first. */
  listMailed(
    tx: Transaction,
    { type, permission, notice }: EventDefinition,
  ): Promise<MailedMember[]> {
    const readers = ROLES.filter((role) => permissionsOf(role).includes(permission));
    return this.preferences.listMailed(tx, { type, readers, mailTo: notice?.mailTo ?? [] });
  }

  /** The addresses of `listMailed`. */
  async listMailedEmails(tx: Transaction, definition: EventDefinition): Promise<string[]> {
    return (await this.listMailed(tx, definition)).map(({ email }) => email);
  }

  /** Those of these whose mails some member of the business has switched on. */
  listWanted(
    tx: Transaction,
    pairs: readonly { businessId: string; type: string }[],
  ): Promise<{ businessId: string; type: string }[]> {
    return this.preferences.listWanted(tx, pairs);
  }
}

function shown(
  { type, notice }: EventDefinition,
  role: Role | null,
  own: readonly Preference[],
): ShownPreference {
  const byDefault = role !== null && (notice?.mailTo.includes(role) ?? false);
  const chosen = own.find((each) => each.type === type)?.mail;
  return { type, mail: chosen ?? byDefault, fixed: notice?.isFixed ?? false };
}

/** @throws 422 validation_failed at each type that the caller may not read, and at each that is fixed */
function assertChangeable(
  { permissions }: RequestContext,
  preferences: readonly Preference[],
): void {
  const readable = readableNotices(permissions);
  const errors = preferences.flatMap(({ type }, index) => {
    const pointer = `/preferences/${index}/type`;
    if (!readable.includes(type))
      return [{ pointer, code: 'not_readable', detail: 'must be a type that you may read' }];
    if (eventDefinition(type).notice?.isFixed)
      return [{ pointer, code: 'fixed', detail: 'must be a type whose mails can be switched' }];
    return [];
  });
  if (errors.length > 0) throw validationFailed(errors);
}
