import { HttpCode, SetMetadata, applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import {
  ApiBearerAuth,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  getSchemaPath,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import type { DeclaredProblem } from '../problem';
import {
  businessDeactivated,
  businessNotFound,
  cookieNeedsHttps,
  credentialsAmbiguous,
  crossSiteRequest,
  databaseUnavailable,
  insufficientScope,
  noBusiness,
  notForBrowsers,
  permissionDenied,
  reauthenticationRequired,
  secondFactorRequired,
  sessionInOtherBusiness,
  supportForbidden,
  supportReadOnly,
  tooManyAtOnce,
  unauthenticated,
  validationProblem,
  wrongCredentialKind,
} from '../problems';
import type { SessionKind } from '../session-cookies';
import type { Action } from './actions';
import type { Permission, Scope, ServiceScope } from './permissions';

/**
 * Who may call a route: the public, a member through the dashboard, the SDK with its key, a back end of the founder's
 * with a service key, or staff.
 */
export type Audience = 'public' | 'dashboard' | 'sdk' | 'service' | 'staff';

export interface Access {
  audience: Audience;
  /** Dashboard routes only: the permission that the member's role must have. Without it, any member may call. */
  permission?: Permission;
  /** SDK and service routes: the scope that the key must have. */
  scope?: Scope | ServiceScope;
  /** Which keys may call it too, each with the scope that it must have. */
  also?: { sdk?: Scope; service?: ServiceScope };
  /**
   * Service routes: each item of the body names its business, for `ServiceKeysService.contextFor`. Without it, a
   * service key names the business of the request as `businessId`: in the body, or in the query where the body has none.
   */
  businessPerItem?: boolean;
  /**
   * Dashboard routes without a permission: whether a support session may call them. With one, its permissions decide, and
   * `false` refuses with support_forbidden in read mode too.
   */
  support?: boolean;
  /** Dashboard routes: open to a person who belongs to no business. */
  withoutBusiness?: boolean;
  /** Dashboard routes: open while the business is deactivated. */
  whileDeactivated?: boolean;
  /**
   * Dashboard routes: rate-limited separately from the member's other requests, so that exhausting those does not
   * block it.
   */
  ownAllowance?: boolean;
  /**
   * Dashboard and staff routes: the session must have been proven within `stepUpMinutes`, by its login or again. A
   * function says which bodies need it; it sees them before they are validated. Support sessions are refused.
   */
  stepUp?: true | ((body: Readonly<Record<string, unknown>>) => boolean);
  /** Staff routes: open to staff who must set up their second factor first. */
  whileEnrolling?: boolean;
  /**
   * What becomes of the caller's session. With `transport: cookie`, the token of a session that the answer opens is set
   * as a cookie and left out of the answer. `renewed`: so is that of a caller by cookie. `ended`: it is removed.
   */
  session?: { opened: SessionKind } | 'renewed' | 'ended';
  /** Unique name of the route, `thing.verb`: written to audit rows and logs, and used as the OpenAPI operation id. */
  action: Action | `page.${string}`;
  summary: string;
  description?: string;
  /** The success status. */
  status: number;
  /** The status when the thing existed already and nothing was done. */
  replayStatus?: number;
  /** The class of the response body; none for an empty one. */
  answers?: new () => object;
  /** A second shape of the response. */
  answersAlso?: new () => object;
  /** The problems specific to this route. */
  problems?: DeclaredProblem[];
  /** Routes of another protocol: the further members that its errors have, beside those of a problem document. */
  refusalMembers?: (
    problem: { code: string; detail: string },
    parameters: Record<string, string>,
  ) => object;
  /** Served by processes without the `web` role too. */
  everyRole?: boolean;
  /** How a POST takes its Idempotency-Key. Without it: the handler is one transaction. */
  idempotency?: 'in_steps' | 'repeatable' | 'none';
}

const ACCESS = 'tenantry:access';

/** The codes of a route's own problems, for openapi.ts, which makes its answers of them. */
export const PROBLEMS_EXTENSION = 'x-problems';

/**
 * Printable ASCII that is no placeholder: clients made from openapi.json fill in `<string>` (Postman) or leave
 * `{{key}}`, the same for every request, so that the second one would get the answer of the first.
 */
export const IDEMPOTENCY_KEY = /^(?!<[a-z]+>$|\{\{.*\}\}$)[\x20-\x7e]{1,255}$/;

/**
 * Declares who may call a route, and documents it. The global guard refuses a route without it. `idempotency:
 * 'in_steps'` is for routes that need several transactions, or do slow work between them (hashing a password, calling
 * Stripe, counting a guess): their effect goes through `Idempotency.run`. `'repeatable'` is for routes that change
 * nothing when called again, so their answers need not be kept. `'none'`: logins and incoming webhooks.
 */
export function Access(access: Access): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, access),
    tellRoute(access),
    HttpCode(access.status),
    ApiOperation({
      operationId: access.action,
      summary: access.summary,
      description: access.description,
    }),
    ApiExtension('x-audience', access.audience),
    ...(access.permission ? [ApiExtension('x-permission', access.permission)] : []),
    ...(access.scope ? [ApiExtension('x-scope', access.scope)] : []),
    ...(access.also ? [ApiExtension('x-also', access.also)] : []),
    ...(access.stepUp
      ? [ApiExtension('x-step-up', access.stepUp === true ? 'always' : 'sometimes')]
      : []),
    ...audiencesOf(access)
      .filter((audience) => audience !== 'public')
      .map((audience) => ApiBearerAuth(audience)),
    documentIdempotency(access),
    ApiResponse(success(access)),
    ...(access.replayStatus
      ? [ApiResponse({ ...success(access), status: access.replayStatus })]
      : []),
    ApiExtension(PROBLEMS_EXTENSION, codesOf(problemsOf(access))),
  );
}

/** Fastify's hooks see only the route's configuration. Keeps what a `@RouteConfig` below this decorator has set. */
function tellRoute(access: Access): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const set = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as object | undefined;
    RouteConfig({ ...set, access })(target, key, descriptor);
  };
}

/** The access declared for this handler; undefined where the decorator is missing. */
export function accessOf(handler: object): Access | undefined {
  return Reflect.getMetadata(ACCESS, handler) as Access | undefined;
}

/** All who may call a route. */
export function audiencesOf({
  audience,
  also = {},
}: Pick<Access, 'audience' | 'also'>): Audience[] {
  return [audience, ...(Object.keys(also) as Audience[])];
}

/** The scope that a caller of this audience needs; undefined: none. */
export function scopeFor(access: Access, audience: Audience): Scope | ServiceScope | undefined {
  if (audience === access.audience) return access.scope;
  return audience === 'sdk' || audience === 'service' ? access.also?.[audience] : undefined;
}

const added = new Map<string, DeclaredProblem[]>();

/** For what the product refuses in a route of the core; in openapi.json they stand with the route's own problems. */
export function addProblems(action: Action, problems: DeclaredProblem[]): void {
  added.set(action, [...(added.get(action) ?? []), ...problems]);
}

/** By `addProblems`. */
export function codesAddedTo(action: string): string[] {
  return codesOf(added.get(action) ?? []);
}

function codesOf(problems: DeclaredProblem[]): string[] {
  return problems.map(({ definition }) => definition.code);
}

function problemsOf(access: Access): DeclaredProblem[] {
  const always = [validationProblem, databaseUnavailable];
  const guarded = [unauthenticated, wrongCredentialKind];
  const byCookie = [...guarded, credentialsAmbiguous, crossSiteRequest];
  const opening = opensSession(access) ? [cookieNeedsHttps, crossSiteRequest] : [];
  const support = [supportReadOnly, supportForbidden];
  const tenant = [
    ...(access.whileDeactivated ? [] : [businessDeactivated]),
    ...(access.withoutBusiness ? [] : [noBusiness, sessionInOtherBusiness]),
    tooManyAtOnce,
    ...support,
    ...(access.withoutBusiness ? [] : [secondFactorRequired]),
    ...(access.permission ? [permissionDenied] : []),
  ];
  const ofKeys = [...guarded, businessDeactivated, insufficientScope, tooManyAtOnce];
  const byAudience: Record<Audience, DeclaredProblem[]> = {
    public: [],
    staff: [...byCookie, ...(access.whileEnrolling ? [] : [secondFactorRequired])],
    sdk: ofKeys,
    service: [...ofKeys, notForBrowsers, businessNotFound],
    dashboard: [...byCookie, ...tenant],
  };
  const ofCallers = audiencesOf(access).flatMap((audience) => byAudience[audience]);
  const proving = access.stepUp ? [reauthenticationRequired] : [];
  return [...always, ...ofCallers, ...opening, ...proving, ...(access.problems ?? [])];
}

/** The kind of session that its answer opens; null: none. */
export function opensSession({ session }: Pick<Access, 'session'>): SessionKind | null {
  return typeof session === 'object' ? session.opened : null;
}

function success(access: Access): ApiResponseOptions {
  return { status: access.status, description: access.summary, ...answersOf(access) };
}

function answersOf({ answers, answersAlso }: Access): Partial<ApiResponseOptions> {
  if (!answers) return {};
  if (!answersAlso) return { type: answers };
  const oneOf = [answers, answersAlso].map((type) => ({ $ref: getSchemaPath(type) }));
  return { content: { 'application/json': { schema: { oneOf } } } };
}

/** Only POST routes take the header; `openapi.ts` drops it from the others. */
function documentIdempotency(access: Access): MethodDecorator {
  if (access.idempotency === 'none') return () => undefined;
  const schema = {
    type: 'string' as const,
    minLength: 1,
    maxLength: 255,
    pattern: IDEMPOTENCY_KEY.source,
  };
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema,
    description:
      'Makes a retry safe: the same key and request get the first answer again, for 24 hours.',
  });
}
