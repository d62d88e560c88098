import type { SpanContext } from '@opentelemetry/api';
import type { Permission, Role } from './access/permissions';
import { PLATFORM_ID, newId } from './ids';

/** `job` is the server itself: a cron run, a queued job, a command. `database`: somebody past the server. */
export const ACTOR_KINDS = ['anonymous', 'person', 'sdk', 'staff', 'job', 'database'] as const;

/** Who does it. */
export interface Actor {
  kind: (typeof ACTOR_KINDS)[number];
  id: string | null;
  email: string | null;
}

/** The person behind a dashboard session, in a business or in none; as found with the session. */
export interface PersonPrincipal {
  userId: string;
  sessionId: string;
  fullName: string;
  emailVerified: boolean;
}

/** The member a credential stands for. */
export interface MemberPrincipal {
  memberId: string;
  role: Role | null;
  kind: 'person' | 'sdk' | 'support';
  /** The session or API key itself. */
  credentialId: string;
  /** For GET /v1/me; null where it is not asked for: API keys and support. */
  businessName: string | null;
}

/** A request that bears an Idempotency-Key; the outcome is filled in by platform/http/idempotency. */
export interface IdempotentRequest {
  key: string;
  fingerprint: string;
  caller: string;
  status: number;
  replayed: boolean;
  /** Where its answer is too large to keep, doing it again changes nothing. */
  isRepeatable: boolean;
  /** While the key is marked as at work in the database: whose mark it is. */
  claimId: string | null;
}

/** Whether a request holds a connection of the pool; all contexts that come of the request share it. */
export interface ConnectionUse {
  isHeld: boolean;
}

export interface RequestContextFields {
  requestId: string;
  /** Handed on to the jobs and requests that follow from it. Null: the work begins none of its own. */
  trace: SpanContext | null;
  /** The route's own word (`application.create`), or the job's name. Audit rows bear it. */
  action: string;
  ip: string | null;
  actor: Actor;
  businessId: string | null;
  member: MemberPrincipal | null;
  person: PersonPrincipal | null;
  permissions: readonly Permission[];
  /** During a support session the member staff act through. */
  onBehalfOf: string | null;
  supportSessionId: string | null;
  /** Staff outside a business: their session. */
  staffSessionId: string | null;
  idempotency: IdempotentRequest | null;
  /** Null: not watched. Long runs of jobs and commands work on several connections on purpose. */
  connection: ConnectionUse | null;
}

const ANONYMOUS: Actor = { kind: 'anonymous', id: null, email: null };

/**
 * Who asks for what, in which business: built once, by the access guard or by a job runner,
 * immutable, and the first argument of every service method.
 */
export class RequestContext implements Readonly<RequestContextFields> {
  readonly requestId: string;
  readonly trace: SpanContext | null;
  readonly action: string;
  readonly ip: string | null;
  readonly actor: Actor;
  readonly businessId: string | null;
  readonly member: MemberPrincipal | null;
  readonly person: PersonPrincipal | null;
  readonly permissions: readonly Permission[];
  readonly onBehalfOf: string | null;
  readonly supportSessionId: string | null;
  readonly staffSessionId: string | null;
  readonly idempotency: IdempotentRequest | null;
  readonly connection: ConnectionUse | null;

  constructor(fields: Partial<RequestContextFields> & Pick<RequestContextFields, 'action'>) {
    this.requestId = fields.requestId ?? newId();
    this.trace = fields.trace ?? null;
    this.action = fields.action;
    this.ip = fields.ip ?? null;
    this.actor = fields.actor ?? ANONYMOUS;
    this.businessId = fields.businessId ?? null;
    this.member = fields.member ?? null;
    this.person = fields.person ?? null;
    this.permissions = fields.permissions ?? [];
    this.onBehalfOf = fields.onBehalfOf ?? null;
    this.supportSessionId = fields.supportSessionId ?? null;
    this.staffSessionId = fields.staffSessionId ?? null;
    this.idempotency = fields.idempotency ?? null;
    this.connection = fields.connection ?? null;
  }

  /** The context of the server's own work: a cron run, a queued job, a command. */
  static job(name: string, businessId: string | null = null): RequestContext {
    return new RequestContext({
      action: name,
      businessId,
      actor: { kind: 'job', id: PLATFORM_ID, email: null },
    });
  }

  /** The same request, with something known that was not known before. */
  with(changes: Partial<RequestContextFields>): RequestContext {
    return new RequestContext({ ...this, ...changes });
  }

  /** The tenant of this request. Throws where there is none: a route that forgot to ask for a credential. */
  requireBusinessId(): string {
    if (!this.businessId) throw new Error(`${this.action} needs a business and has none`);
    return this.businessId;
  }

  /** The member who asks. Throws on routes that no member may call. */
  requireMember(): MemberPrincipal {
    if (!this.member) throw new Error(`${this.action} needs a member and has none`);
    return this.member;
  }

  /** The person who asks. Throws on routes that bots and staff may call. */
  requirePerson(): PersonPrincipal {
    if (!this.person) throw new Error(`${this.action} needs a person and has none`);
    return this.person;
  }
}
