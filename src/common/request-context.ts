import type { SpanContext } from '@opentelemetry/api';
import type { Permission, Role } from './access/permissions';
import { PLATFORM_ID, newId } from './ids';
import type { SessionKind } from './session-cookies';

/**
 * `job` is the server itself: a cron run, a queued job, a command. `database`: a statement from outside the server.
 * `sql`: a role of the database that counts usage.
 */
export const ACTOR_KINDS = [
  'anonymous',
  'person',
  'sdk',
  'service',
  'staff',
  'job',
  'database',
  'sql',
] as const;

/** Who acts. */
export interface Actor {
  kind: (typeof ACTOR_KINDS)[number];
  id: string | null;
  email: string | null;
}

/** The person behind a dashboard session, with or without a business. */
export interface PersonPrincipal {
  userId: string;
  sessionId: string;
  fullName: string;
  emailVerified: boolean;
  hasSecondFactor: boolean;
  /** Within the last `stepUpMinutes`, by a login or again. */
  isProven: boolean;
}

/** The member a credential stands for. */
export interface MemberPrincipal {
  memberId: string;
  role: Role | null;
  kind: 'person' | 'sdk' | 'support';
  /** The session or API key itself. */
  credentialId: string;
  /** For GET /v1/me; null for API keys and support, which do not need it. */
  businessName: string | null;
  /** The business demands a second factor of its people. */
  requiresSecondFactor: boolean;
}

/** The service key that a back end of the founder's sends. */
export interface ServiceKeyPrincipal {
  id: string;
  /** The only businesses that it may name; null: any. */
  businessIds: readonly string[] | null;
}

/** A request with an Idempotency-Key; platform/http/idempotency fills in the outcome. */
export interface IdempotentRequest {
  key: string;
  fingerprint: string;
  caller: string;
  status: number;
  replayed: boolean;
  /** Repeating it changes nothing, so its answer need not be kept when it is too large. */
  isRepeatable: boolean;
  /** The claim that marks the key as in use in the database. */
  claimId: string | null;
}

/** Whether a request holds a pool connection; shared by all contexts derived from the request. */
export interface ConnectionUse {
  isHeld: boolean;
}

export interface RequestContextFields {
  requestId: string;
  /** Passed on to the jobs and requests that follow. Null: the work starts no trace. */
  trace: SpanContext | null;
  /** The action of the route (`application.create`), or the job's name; written to audit rows. */
  action: string;
  ip: string | null;
  actor: Actor;
  businessId: string | null;
  member: MemberPrincipal | null;
  person: PersonPrincipal | null;
  permissions: readonly Permission[];
  /** What the API key is bound to: a thing of the product. Null: to nothing, or no key. */
  boundTo: string | null;
  /** Null: another credential, or none. */
  serviceKey: ServiceKeyPrincipal | null;
  /** In a support session, the member on whose behalf staff act. */
  onBehalfOf: string | null;
  supportSessionId: string | null;
  /** The session of staff outside a business. */
  staffSessionId: string | null;
  /** The cookie that bore the credential; null: a header, or none. */
  cookie: SessionKind | null;
  idempotency: IdempotentRequest | null;
  /** Null: not tracked. Long runs of jobs and commands use several connections on purpose. */
  connection: ConnectionUse | null;
}

const ANONYMOUS: Actor = { kind: 'anonymous', id: null, email: null };

/**
 * Who acts, what they do, and in which business. Immutable, built once by the access guard or a job runner, and the
 * first argument of every service method.
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
  readonly boundTo: string | null;
  readonly serviceKey: ServiceKeyPrincipal | null;
  readonly onBehalfOf: string | null;
  readonly supportSessionId: string | null;
  readonly staffSessionId: string | null;
  readonly cookie: SessionKind | null;
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
    this.boundTo = fields.boundTo ?? null;
    this.serviceKey = fields.serviceKey ?? null;
    this.onBehalfOf = fields.onBehalfOf ?? null;
    this.supportSessionId = fields.supportSessionId ?? null;
    this.staffSessionId = fields.staffSessionId ?? null;
    this.cookie = fields.cookie ?? null;
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

  /** A copy with further facts filled in. */
  with(changes: Partial<RequestContextFields>): RequestContext {
    return new RequestContext({ ...this, ...changes });
  }

  /** The tenant of this request. @throws Error where there is none: the route did not require a credential */
  requireBusinessId(): string {
    if (!this.businessId) throw new Error(`${this.action} needs a business and has none`);
    return this.businessId;
  }

  /** The member who acts. @throws Error on routes that no member may call */
  requireMember(): MemberPrincipal {
    if (!this.member) throw new Error(`${this.action} needs a member and has none`);
    return this.member;
  }

  /** The service key that acts. @throws Error on routes that others may call */
  requireServiceKey(): ServiceKeyPrincipal {
    if (!this.serviceKey) throw new Error(`${this.action} needs a service key and has none`);
    return this.serviceKey;
  }

  /** The person who acts. @throws Error on routes that bots and staff may call */
  requirePerson(): PersonPrincipal {
    if (!this.person) throw new Error(`${this.action} needs a person and has none`);
    return this.person;
  }
}
