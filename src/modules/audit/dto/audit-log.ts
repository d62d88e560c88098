import { ListQuery } from '../../../common/dto/list.query';
import { ACTIONS } from '../../../common/access/actions';
import { Choice, Id, Instant, JsonObject, Nested, Text } from '../../../common/fields';
import { ACTOR_KINDS, type Actor } from '../../../common/request-context';
import type { AuditEntry } from '../audit-entry';

const ACTION_LENGTH = 100;
const ANY_SIZE_BYTES = 10_000_000;

export class ListAuditLogQuery extends ListQuery {
  @Text({
    min: 1,
    max: ACTION_LENGTH,
    optional: true,
    description: 'One of `Action`; no entry has another',
    example: 'team_member.deactivate',
  })
  action?: string;

  @Id({ optional: true })
  actorId?: string;

  @Instant({ optional: true, description: 'At or after this moment' })
  from?: string;

  @Instant({ optional: true, description: 'Before this moment' })
  to?: string;
}

export class ActorResponse {
  @Choice('ActorKind', ACTOR_KINDS)
  kind!: Actor['kind'];

  @Text({
    nullable: true,
    description:
      'A member for persons and the SDK, a staff account for staff, the key for services',
  })
  id!: string | null;

  @Text({ nullable: true })
  email!: string | null;
}

export class TargetResponse {
  @Text()
  type!: string;

  @Text({ nullable: true })
  id!: string | null;
}

export class AuditEntryResponse {
  @Id()
  id!: string;

  @Instant()
  at!: string;

  @Choice('Action', ACTIONS, { description: "The action of the route, or the job's name" })
  action!: string;

  @Nested(() => ActorResponse)
  actor!: ActorResponse;

  @Id({
    nullable: true,
    description: 'During a support session: the support member that staff acted as',
  })
  onBehalfOf!: string | null;

  @Nested(() => TargetResponse)
  target!: TargetResponse;

  @JsonObject({
    maxBytes: ANY_SIZE_BYTES,
    description: '`{ field: [before, after] }`; secrets are `***`',
  })
  changes!: Record<string, [unknown, unknown]>;

  @Text({ nullable: true })
  requestId!: string | null;

  @Id({ nullable: true })
  supportSessionId!: string | null;

  @Text({ nullable: true })
  ip!: string | null;
}

export function toAuditEntryResponse(entry: AuditEntry): AuditEntryResponse {
  const {
    id,
    at,
    action,
    actor,
    onBehalfOf,
    targetType,
    targetId,
    requestId,
    supportSessionId,
    ip,
  } = entry;
  return {
    id,
    at: at.toISOString(),
    action,
    actor,
    onBehalfOf,
    target: { type: targetType, id: targetId },
    changes: inCamelCase(entry.changes),
    requestId,
    supportSessionId,
    ip,
  };
}

/** The log stores column names; clients see field names. */
function inCamelCase<T>(changes: Record<string, T>): Record<string, T> {
  const renamed = Object.entries(changes).map(([column, change]) => [
    column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    change,
  ]);
  return Object.fromEntries(renamed) as Record<string, T>;
}
