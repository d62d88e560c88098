// Generated from openapi.json by scripts/generate-client.js.

import type { JsonObject } from '../json.ts';

export type AcceptInvitationRequest = { activationKey: string };

export type AcceptedInvitationResponse = { business: BusinessResponse; member: MemberResponse };

export type Action =
  | 'api_key.create'
  | 'api_key.list'
  | 'api_key.revoke'
  | 'api_key.rotate'
  | 'audit_log.list'
  | 'billing.get'
  | 'billing.list_invoices'
  | 'billing.open_checkout'
  | 'billing.open_portal'
  | 'business.activate'
  | 'business.create'
  | 'business.deactivate'
  | 'business.get'
  | 'business.sign_up'
  | 'business.update'
  | 'credit.grant'
  | 'credit.list'
  | 'credit.void'
  | 'email_change.cancel'
  | 'email_change.confirm'
  | 'email_change.get'
  | 'email_change.request'
  | 'email_change.undo'
  | 'email.resend'
  | 'email.verify'
  | 'entitlement.check'
  | 'entitlement.grant'
  | 'entitlement.list'
  | 'entitlement.list_own'
  | 'entitlement.revoke'
  | 'event.get'
  | 'event.list'
  | 'event.stream'
  | 'feature.create'
  | 'feature.list'
  | 'feature.update'
  | 'flag.evaluate'
  | 'flag.evaluate_all'
  | 'health.live'
  | 'health.ready'
  | 'identity.link'
  | 'identity.list'
  | 'identity.unlink'
  | 'invitation.accept'
  | 'invitation.create'
  | 'invitation.list'
  | 'invitation.look_up'
  | 'invitation.resend'
  | 'invitation.revoke'
  | 'job.list'
  | 'job.retry'
  | 'me.get'
  | 'me.list_businesses'
  | 'me.update'
  | 'metrics.read'
  | 'notification.list'
  | 'notification.read_all'
  | 'notification.update'
  | 'notification_preference.list'
  | 'notification_preference.update'
  | 'password.change'
  | 'password.forgot'
  | 'password.reset'
  | 'plan.archive'
  | 'plan.create'
  | 'plan.list'
  | 'plan.update'
  | 'sdk.status'
  | 'service_key.create'
  | 'service_key.list'
  | 'service_key.revoke'
  | 'service_key.rotate'
  | 'passkey.begin'
  | 'passkey.create'
  | 'passkey.delete'
  | 'passkey.rename'
  | 'second_factor.begin'
  | 'second_factor.cancel_reset'
  | 'second_factor.confirm'
  | 'second_factor.get'
  | 'second_factor.remove'
  | 'second_factor.renew_codes'
  | 'session.ask_passkey'
  | 'session.ask_proof'
  | 'session.create'
  | 'session.create_by_passkey'
  | 'session.exchange'
  | 'session.sign_in'
  | 'sign_in.begin'
  | 'sign_in.begin_own'
  | 'sign_in.finish_own'
  | 'sign_in.list_providers'
  | 'session.end'
  | 'session.list'
  | 'session.prove'
  | 'session.revoke'
  | 'session.switch'
  | 'session.verify'
  | 'sso.get'
  | 'sso.prove_domain'
  | 'sso.remove'
  | 'sso.set'
  | 'sso.test'
  | 'staff_audit_log.list'
  | 'staff_business.get'
  | 'staff_business.list'
  | 'staff_me.get'
  | 'staff_plan.get'
  | 'staff_plan.list'
  | 'staff_passkey.begin'
  | 'staff_passkey.create'
  | 'staff_passkey.delete'
  | 'staff_passkey.rename'
  | 'staff_second_factor.begin'
  | 'staff_second_factor.confirm'
  | 'staff_second_factor.remove'
  | 'staff_second_factor.renew_codes'
  | 'staff_session.ask_passkey'
  | 'staff_session.ask_proof'
  | 'staff_session.create'
  | 'staff_session.create_by_passkey'
  | 'staff_session.end'
  | 'staff_session.prove'
  | 'staff_session.verify'
  | 'staff_sso.prove_domain'
  | 'staff_subscription.assign'
  | 'staff_subscription.list_history'
  | 'staff_support_session.end'
  | 'staff_webhook_delivery.list'
  | 'staff_webhook_delivery.redeliver'
  | 'staff_webhook_endpoint.create'
  | 'staff_webhook_endpoint.delete'
  | 'staff_webhook_endpoint.disable'
  | 'staff_webhook_endpoint.enable'
  | 'staff_webhook_endpoint.get'
  | 'staff_webhook_endpoint.list'
  | 'staff_webhook_endpoint.replay'
  | 'staff_webhook_endpoint.rotate_secret'
  | 'staff_webhook_endpoint.test'
  | 'staff_webhook_endpoint.update'
  | 'subscription.cancel'
  | 'subscription.change'
  | 'subscription.get'
  | 'subscription.list_history'
  | 'subscription.list_periods'
  | 'subscription.pause'
  | 'subscription.preview_change'
  | 'subscription.resume'
  | 'subscription.uncancel'
  | 'subscription.update'
  | 'support_session.end'
  | 'support_session.list'
  | 'support_session.start'
  | 'team_member.activate'
  | 'team_member.assign_role'
  | 'team_member.clear_second_factor'
  | 'team_member.deactivate'
  | 'team_member.get'
  | 'team_member.list'
  | 'team_member.remove'
  | 'usage.explain'
  | 'usage.explain_feature'
  | 'usage.get'
  | 'usage.get_feature'
  | 'usage.history'
  | 'usage.verify'
  | 'usage_alerts.get'
  | 'usage_alerts.set'
  | 'usage_event.record'
  | 'usage_event.record_batch'
  | 'usage_event.release'
  | 'usage_reservation.commit'
  | 'usage_reservation.create'
  | 'usage_reservation.release'
  | 'webhook.receive'
  | 'webhook_delivery.list'
  | 'webhook_delivery.redeliver'
  | 'webhook_endpoint.create'
  | 'webhook_endpoint.delete'
  | 'webhook_endpoint.disable'
  | 'webhook_endpoint.enable'
  | 'webhook_endpoint.get'
  | 'webhook_endpoint.list'
  | 'webhook_endpoint.replay'
  | 'webhook_endpoint.rotate_secret'
  | 'webhook_endpoint.test'
  | 'webhook_endpoint.update'
  | 'webhook_event.list'
  | 'webhook_event.retry'
  | 'billing.check_account'
  | 'billing.clean_up'
  | 'billing.find_customer'
  | 'billing.finish_operation'
  | 'billing.look_for_ended_periods'
  | 'billing.move_account'
  | 'billing.move_to_new_versions'
  | 'billing.review'
  | 'billing.review_all'
  | 'billing.sync'
  | 'billing.sync_plans'
  | 'billing.verify'
  | 'business.status_changed'
  | 'dev.shift_time'
  | 'events.listen'
  | 'housekeeping.prune'
  | 'events.prune'
  | 'invitation.expire'
  | 'mail.send'
  | 'mail.send_awaited'
  | 'members.reset_factor'
  | 'migration'
  | 'notifications.mail'
  | 'password.costs'
  | 'password.rehash'
  | 'plan.changed'
  | 'second_factor.reset'
  | 'service_keys.create'
  | 'session.fail'
  | 'staff.create'
  | 'staff.disable'
  | 'staff.list'
  | 'staff.reset_factor'
  | 'staff.reset_password'
  | 'staff.unlock'
  | 'staff_session.fail'
  | 'stream.follow'
  | 'subscription.remind'
  | 'subscription.renew'
  | 'subscriptions.renew'
  | 'usage.check'
  | 'usage.consume'
  | 'usage.expire_reservations'
  | 'usage.flush'
  | 'usage.grant_sql_caller'
  | 'usage.list_sql_callers'
  | 'usage.release'
  | 'usage.revoke_sql_caller'
  | 'usage.send_alerts'
  | 'webhooks.deliver'
  | 'webhooks.deliver_slow'
  | 'webhooks.dispatch'
  | 'webhooks.replay'
  | 'webhooks.replay_events'
  | 'webhooks.wake'
  | 'database.insert'
  | 'database.update'
  | 'database.delete'
  | 'application.create'
  | 'application.delete'
  | 'application.get'
  | 'application.list'
  | 'application.update'
  | 'recording.create'
  | 'recording.create_batch'
  | 'recording.delete'
  | 'recording.flush'
  | 'recording.get'
  | 'recording.list'
  | 'recording.prune'
  | 'seed.demo';

export type ActorKind =
  | 'anonymous'
  | 'person'
  | 'sdk'
  | 'service'
  | 'staff'
  | 'job'
  | 'database'
  | 'sql';

export type ActorResponse = {
  kind: ActorKind;
  /** A member for persons and the SDK, a staff account for staff, the key for services */
  id: string | null;
  email: string | null;
};

export type AfterGrace = 'default_plan' | 'expire';

export type AlertsRequest = {
  /** Of the limit; at most 10 */
  percentages: readonly number[];
};

export type AlertsResponse = {
  /** In ascending order */
  percentages: readonly number[];
};

export type AllocatedEntitlementResponse = {
  used: number;
  limit: number | null;
  remaining: number | null;
  kind: AllocatedKind;
  /** plan: it decides, also by not naming the feature; business: staff gave this business its own grant; credit: the grant leaves nothing, and credits do */
  source: EntitlementSource;
  mode: LimitMode;
  /** Whether more exist than the limit says */
  overLimit: boolean;
};

export type AllocatedKind = 'allocated';

export type AllocatedUsageResponse = {
  used: number;
  limit: number | null;
  remaining: number | null;
};

/** This person is already a member */
export type AlreadyMemberProblem = ProblemResponse & { code: 'already_member'; status: 409 };

/** More than was reserved */
export type AmountAboveReservedProblem = ProblemResponse & {
  code: 'amount_above_reserved';
  status: 422;
};

export type AnswerNotKeptMembers = { firstStatus: number };

/** This API key has been rotated, revoked, or has expired */
export type ApiKeyAlreadyRotatedProblem = ProblemResponse & {
  code: 'api_key_already_rotated';
  status: 409;
};

/** There is a new API key. One that replaces another raises `api_key.rotated` instead */
export type ApiKeyCreatedEvent = {
  type: 'api_key.created';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: ApiKeyData;
};

export type ApiKeyData = { apiKeyId: string };

/** API key not found */
export type ApiKeyNotFoundProblem = ProblemResponse & { code: 'api_key_not_found'; status: 404 };

export type ApiKeyPage = {
  data: readonly ApiKeyResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type ApiKeyResponse = {
  id: string;
  name: string;
  /** The last four characters */
  hint: string;
  createdAt: string;
  /** To the minute */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  scopes: readonly Scope[];
  /** The application whose recordings the key sends; null: any of the business */
  applicationId: string | null;
};

/** An API key was ended, by itself or with the thing that it was bound to */
export type ApiKeyRevokedEvent = {
  type: 'api_key.revoked';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: ApiKeyData;
};

export type ApiKeyRotatedData = {
  apiKeyId: string;
  /** The key that replaces it */
  newApiKeyId: string;
};

/** An API key is replaced by another */
export type ApiKeyRotatedEvent = {
  type: 'api_key.rotated';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: ApiKeyRotatedData;
};

/** There is a new application */
export type ApplicationCreatedEvent = {
  type: 'application.created';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: ApplicationData;
};

export type ApplicationData = { applicationId: string };

/** An application was deleted; its recordings stay */
export type ApplicationDeletedEvent = {
  type: 'application.deleted';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: ApplicationData;
};

/** Application not found */
export type ApplicationNotFoundProblem = ProblemResponse & {
  code: 'application_not_found';
  status: 404;
};

export type ApplicationPage = {
  data: readonly ApplicationResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type ApplicationResponse = {
  id: string;
  name: string;
  bundleId: string | null;
  platform: Platform | null;
  origins: readonly string[];
  createdAt: string;
};

export type AssignPlanRequest = {
  planId: string;
  /** Shown in the history, which the tenant can read */
  reason: string;
  /** What to do with the subscription at Stripe, if there is one */
  stripe?: StripeDisposition;
};

export type AssignRoleRequest = { role: Role };

export type AuditEntryResponse = {
  id: string;
  at: string;
  /** The action of the route, or the job's name */
  action: Action;
  actor: ActorResponse;
  /** During a support session: the support member that staff acted as */
  onBehalfOf: string | null;
  target: TargetResponse;
  /** `{ field: [before, after] }`; secrets are `***` */
  changes: JsonObject;
  requestId: string | null;
  supportSessionId: string | null;
  ip: string | null;
};

export type AuditLogPage = {
  data: readonly AuditEntryResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type BatchResponse = {
  /** In the order of the request */
  results: readonly (StoredResultResponse | RefusedResultResponse)[];
};

export type BeginOwnSignInRequest = {
  /** Of GET /v1/auth/providers */
  provider: string;
  /** link: to sign in with it from now on. prove: who I am, for what needs a recent proof */
  purpose: SignInPurpose;
  /** As in POST /v1/auth/sign-ins */
  redirectUri?: string;
};

export type BeginSignInRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** Of GET /v1/auth/providers */
  provider: string;
  /** A page of yours, on an origin of CORS_ORIGINS, whose path ends with the id of the provider; by default the console */
  redirectUri?: string;
  /** Of an invitation, to join by */
  activationKey?: string;
};

export type BegunOwnSignInResponse = {
  /** Where the browser goes */
  url: string;
  expiresAt: string;
};

export type BegunSignInResponse = {
  /** Where the browser goes */
  url: string;
  /** Keep it in the page, and send it when the provider has answered; left out where the request has `transport: cookie` */
  handle?: string;
  expiresAt: string;
};

/** No payment has been made yet */
export type BillingAccountMissingProblem = ProblemResponse & {
  code: 'billing_account_missing';
  status: 409;
};

/** Another change is in progress at the payment provider */
export type BillingBusyProblem = ProblemResponse & { code: 'billing_busy'; status: 409 };

export type BillingCustomerResponse = { id: string; name: string | null; email: string | null };

export type BillingResponse = {
  /** manual: this installation takes no payments */
  provider: PaymentProvider;
  customer: BillingCustomerResponse | null;
  paymentMethod: PaymentMethodResponse | null;
  nextInvoice: NextInvoiceResponse | null;
};

/** The body is too large */
export type BodyTooLargeProblem = ProblemResponse & { code: 'body_too_large'; status: 413 };

/** The bundle id is taken */
export type BundleIdTakenProblem = ProblemResponse & { code: 'bundle_id_taken'; status: 409 };

/** This business is deactivated */
export type BusinessDeactivatedProblem = ProblemResponse & {
  code: 'business_deactivated';
  status: 403;
};

/** Event not found */
export type BusinessEventNotFoundProblem = ProblemResponse & {
  code: 'business_event_not_found';
  status: 404;
};

export type BusinessField = 'name' | 'supportAccess' | 'requireSecondFactor' | 'status';

export type BusinessGrantPage = {
  data: readonly BusinessGrantResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type BusinessGrantResponse = {
  /** Metered and allocated features; null: unlimited */
  limit?: number | null;
  /** Metered and allocated features. Default: hard */
  mode?: LimitMode;
  /** Flags */
  enabled?: boolean;
  /** Config features */
  value?: number | string;
  /** The key of the feature */
  feature: string;
  reason: string;
  /** The staff member */
  grantedBy: string;
  createdAt: string;
  expiresAt: string | null;
  /** Whether it has ended, so that the plan's grant applies */
  expired: boolean;
};

/** Business not found */
export type BusinessNotFoundProblem = ProblemResponse & { code: 'business_not_found'; status: 404 };

export type BusinessRequest = {
  /** The business that this is about */
  businessId: string;
};

export type BusinessResponse = {
  id: string;
  name: string;
  status: BusinessStatus;
  /** Whether staff may open support sessions */
  supportAccess: boolean;
  /** Whether its people need a second factor */
  requireSecondFactor: boolean;
  createdAt: string;
};

export type BusinessStatus = 'active' | 'deactivated';

export type BusinessUpdatedData = {
  /** GET /v1/business has the values */
  changed: readonly BusinessField[];
};

/** Its name, its support access, its demand of a second factor or its status was set */
export type BusinessUpdatedEvent = {
  type: 'business.updated';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: BusinessUpdatedData;
};

export type CancelRequest = { when: ChangeTime };

export type CauseResponse = {
  /** `job`: the server itself, as in a renewal */
  kind: ActorKind;
  id: string | null;
  email: string | null;
};

export type ChangeEmailRequest = { email: string };

export type ChangePasswordRequest = {
  currentPassword: string;
  /** Not trimmed; compared in NFC. Common ones are refused */
  newPassword: string;
};

export type ChangePlanRequest = {
  planId: string;
  /** By default a higher price per day takes effect now, a lower one at the end of the period */
  when?: ChangeTime;
};

export type ChangeTime = 'now' | 'period_end';

export type ChargedAtStripeResponse = {
  /** Of the subscription at Stripe */
  subscriptionId: string;
  /** The end of the paid period or the trial */
  paidUntil: string;
  /** Whether it renews then: not while the business is deactivated; a job updates Stripe */
  renews: boolean;
};

export type CheckEntitlementRequest = {
  /** The business that this is about */
  businessId: string;
  /** The key of a feature */
  feature: string;
  /** How many more of a metered or allocated feature; without it, 1 */
  amount?: number;
};

export type CheckReason =
  | 'subscription_inactive'
  | 'quota_exceeded'
  | 'limit_reached'
  | 'feature_archived'
  | 'not_enabled'
  | 'no_value';

export type CheckoutSessionResponse = {
  /** The id of the page at Stripe */
  id: string;
  /** Send the browser there */
  url: string;
};

export type CommitRequest = {
  /** The business that this is about */
  businessId: string;
  /** What was used of it; without it, all */
  amount?: number;
};

export type ConfigEntitlementResponse = {
  kind: ConfigKind;
  /** plan: it decides, also by not naming the feature; business: staff gave this business its own grant; credit: the grant leaves nothing, and credits do */
  source: EntitlementSource;
  /** Null: nothing grants one */
  value: number | string | null;
};

export type ConfigGrantResponse = { value: number | string };

export type ConfigKind = 'config';

export type ConfirmTotpRequest = {
  /** Of the authenticator app */
  code: string;
};

export type ConfirmedEmailChangeResponse = {
  /** Whether the address has changed; false: the other one has to confirm */
  done: boolean;
};

/** Cookies need https */
export type CookieNeedsHttpsProblem = ProblemResponse & { code: 'cookie_needs_https'; status: 409 };

export type CountedRecordingResponse = {
  id: string;
  externalId: string;
  applicationId: string | null;
  createdAt: string;
  /** A deleted recording still counts */
  deleted: boolean;
};

export type CountedResultResponse = {
  /** The status it would have had if sent alone */
  status: number;
  event: UsageEventResponse;
};

/** Another transaction holds the counter of this feature */
export type CounterBusyProblem = ProblemResponse & { code: 'counter_busy'; status: 503 };

export type CreateApiKeyRequest = {
  name: string;
  /** Without it, the key is valid until it is revoked */
  expiresAt?: string | null;
  /** What the key may do; without it, everything */
  scopes?: readonly Scope[];
  /** The application whose recordings the key sends; null: any of the business */
  applicationId?: string | null;
};

export type CreateApplicationRequest = {
  name: string;
  bundleId?: string | null;
  platform?: Platform | null;
  /** Of the platform `web` only: whose pages may call the SDK routes from a browser (CORS) */
  origins?: readonly string[];
};

export type CreateBusinessRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  name: string;
};

export type CreateCheckoutRequest = {
  planId: string;
  /** Where to go after the payment, under APP_URL */
  successPath: string;
  /** Where to go without it, under APP_URL */
  cancelPath: string;
};

export type CreateFeatureRequest = {
  /** Immutable */
  key: string;
  name: string;
  kind: FeatureKind;
  /** Metered features: when usage starts again from zero. Default: period */
  resets?: FeatureReset;
  /** What one of it is called */
  unit?: string;
  /** Config features: the values that it may have; without them, any */
  values?: readonly (number | string)[];
  /** client: SDK keys see it too. Default: team */
  visibility?: FeatureVisibility;
};

export type CreateInvitationRequest = { email: string; role: Role; fullName?: string | null };

export type CreatePasskeyRequest = {
  /** By which its owner knows it */
  name: string;
  /** What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url */
  passkey: JsonObject;
};

export type CreatePlanRequest = {
  /** Default for a new plan: empty */
  description?: string;
  /** Default for a new plan: 0 */
  trialDays?: number;
  /** Grace period of past_due. Default for a new plan: 7 */
  graceDays?: number;
  /** Default for a new plan: default_plan */
  afterGrace?: AfterGrace;
  /** Default for a new plan: true */
  renews?: boolean;
  /** Listed and selectable by owners. Default for a new plan: true */
  public?: boolean;
  /** The plan of new businesses; true replaces the current default plan. Default for a new plan: false */
  default?: boolean;
  /** Immutable */
  slug: string;
  name: string;
  price: PlanPriceRequest;
  interval: PlanIntervalRequest;
  /** What it grants; features not named are off */
  features?: {
    applications?: LimitGrantResponse | null;
    recordings?: LimitGrantResponse | null;
    seats?: LimitGrantResponse | null;
    [key: string]: LimitGrantResponse | FlagGrantResponse | ConfigGrantResponse | null | undefined;
  };
  /** The same of metered and allocated features in short: a hard limit, or null for unlimited. */
  limits?: {
    applications?: number | null;
    recordings?: number | null;
    seats?: number | null;
    [key: string]: number | null | undefined;
  };
};

export type CreateRecordingBatchRequest = {
  /** Each is validated and decided as if sent alone */
  recordings: readonly CreateRecordingRequest[];
};

export type CreateRecordingRequest = {
  /** Makes retries idempotent */
  externalId: string;
  /** With a key that is bound to an application: that one, or none */
  applicationId?: string | null;
  /** Before 2015, or more than 24 h after the arrival, it is kept as `reportedStartedAt` only */
  startedAt: string;
  durationMs: number;
  /** Unknown fields are kept: at most 20, names of 64 characters, 4 KiB together */
  device?: DeviceRequest | null;
  /** At most 16 KiB */
  metadata?: JsonObject | null;
};

export type CreateServiceKeyRequest = {
  name: string;
  /** What the key may do */
  scopes: readonly ServiceScope[];
  /** The only businesses that it may name; without them, any */
  businessIds?: readonly string[] | null;
  /** Without it, the key is valid until it is revoked */
  expiresAt?: string | null;
};

export type CreateWebhookEndpointRequest = {
  /** https; http too outside production. No user name, no private address */
  url: string;
  /** Types of events (`webhooks` of this document), or `*` for all that you may read */
  types?: readonly string[];
  /** Whether an event waits until the one before it is delivered or given up. False by default */
  ordered?: boolean;
  description?: string | null;
};

export type CreatedApiKeyResponse = {
  id: string;
  name: string;
  /** The last four characters */
  hint: string;
  createdAt: string;
  /** To the minute */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  scopes: readonly Scope[];
  /** Shown only once */
  key: string;
  /** The application whose recordings the key sends; null: any of the business */
  applicationId: string | null;
};

export type CreatedPasskeyResponse = {
  passkey: PasskeyResponse;
  /** Ten, with the first second factor; empty where codes are left */
  recoveryCodes: readonly string[];
};

export type CreatedRecordingResponse = {
  id: string;
  externalId: string;
  applicationId: string | null;
  /** The arrival where the one sent is not believed */
  startedAt: string;
  /** As sent, where no working clock reports it: before 2015, or more than 24 h after the arrival */
  reportedStartedAt: string | null;
  durationMs: number;
  device: JsonObject | null;
  metadata: JsonObject | null;
  createdAt: string;
  usage: MeteredUsageResponse;
};

export type CreatedServiceKeyResponse = {
  id: string;
  name: string;
  /** The last four characters */
  hint: string;
  createdAt: string;
  /** To the minute */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  scopes: readonly ServiceScope[];
  /** Null: any */
  businessIds: readonly string[] | null;
  /** Shown only once */
  key: string;
};

/** The request has two credentials */
export type CredentialsAmbiguousProblem = ProblemResponse & {
  code: 'credentials_ambiguous';
  status: 400;
};

/** Credit not found */
export type CreditNotFoundProblem = ProblemResponse & { code: 'credit_not_found'; status: 404 };

export type CreditPage = {
  data: readonly CreditResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type CreditResponse = {
  id: string;
  /** The key of a metered feature */
  feature: string;
  amount: number;
  spent: number;
  /** The unspent rest; 0 once expired or void */
  remaining: number;
  reason: string;
  /** The staff member */
  grantedBy: string;
  createdAt: string;
  expiresAt: string | null;
  /** When the unspent rest was voided */
  voidedAt: string | null;
};

/** Another site sent this request */
export type CrossSiteRequestProblem = ProblemResponse & { code: 'cross_site_request'; status: 403 };

/** The two plans have prices in different currencies */
export type CurrencyMismatchProblem = ProblemResponse & { code: 'currency_mismatch'; status: 409 };

export type CurrentPeriodResponse = {
  /** Numbers the periods of a subscription; a trial is 0 */
  ordinal: number;
  start: string;
  /** Exclusive */
  end: string;
};

/** The database is unavailable */
export type DatabaseUnavailableProblem = ProblemResponse & {
  code: 'database_unavailable';
  status: 503;
};

/** The default plan must be free */
export type DefaultPlanMustBeFreeProblem = ProblemResponse & {
  code: 'default_plan_must_be_free';
  status: 409;
};

/** The default plan must renew */
export type DefaultPlanMustRenewProblem = ProblemResponse & {
  code: 'default_plan_must_renew';
  status: 409;
};

export type DeviceRequest = {
  model?: string;
  os?: string;
  osVersion?: string;
  appVersion?: string;
};

export type DnsRecordResponse = { name: string; value: string };

/** The sign-in of this business does not name this domain */
export type DomainNotFoundProblem = ProblemResponse & { code: 'domain_not_found'; status: 404 };

/** The DNS record was not found */
export type DomainNotProvenProblem = ProblemResponse & { code: 'domain_not_proven'; status: 409 };

export type DomainRequest = { domain: string };

/** Another business has proven this domain */
export type DomainTakenProblem = ProblemResponse & { code: 'domain_taken'; status: 409 };

/** No change of address waits */
export type EmailChangeNotFoundProblem = ProblemResponse & {
  code: 'email_change_not_found';
  status: 404;
};

export type EmailChangeResponse = {
  newEmail: string;
  /** Whether the present address has confirmed */
  oldConfirmed: boolean;
  /** Whether the new address has confirmed */
  newConfirmed: boolean;
  expiresAt: string;
};

/** This link is no longer valid */
export type EmailChangeTokenInvalidProblem = ProblemResponse & {
  code: 'email_change_token_invalid';
  status: 410;
};

export type EmailChangeTokenRequest = {
  /** From the mail */
  token: string;
};

/** The identity provider vouches for no e-mail address */
export type EmailNotProvenProblem = ProblemResponse & { code: 'email_not_proven'; status: 403 };

/** Verify your e-mail address first */
export type EmailNotVerifiedProblem = ProblemResponse & { code: 'email_not_verified'; status: 403 };

/** The e-mail address is taken */
export type EmailTakenProblem = ProblemResponse & { code: 'email_taken'; status: 409 };

export type EntitlementCheckResponse = {
  allowed: boolean;
  /** Null: it is allowed */
  reason: CheckReason | null;
  /** Null for flags and values, and for an archived feature without usage */
  usage: MeteredUsageResponse | AllocatedUsageResponse | null;
};

export type EntitlementSource = 'plan' | 'business' | 'credit';

export type EntitlementsResponse = {
  /** By feature; for an SDK key, those that are visible to clients */
  features: {
    applications?: AllocatedEntitlementResponse;
    recordings?: MeteredEntitlementResponse;
    seats?: AllocatedEntitlementResponse;
    [key: string]:
      | MeteredEntitlementResponse
      | AllocatedEntitlementResponse
      | FlagEntitlementResponse
      | ConfigEntitlementResponse
      | undefined;
  };
};

export type EvaluationFaultResponse = { key: string; errorCode: string; errorDetails: string };

export type EvaluationReason = 'TARGETING_MATCH' | 'SPLIT' | 'STATIC' | 'DEFAULT';

export type EvaluationRequest = {
  /** The evaluation context. `targetingKey` decides about flags that are on for a share; service keys name the business by `businessId`. Nothing of it is stored or logged. */
  context?: JsonObject;
};

export type EvaluationResponse = {
  key: string;
  /** A flag is true or false; a config feature has an integer or a text */
  value: boolean | number | string;
  /** TARGETING_MATCH: a grant of the business itself; SPLIT: the rollout; STATIC: the plan; DEFAULT: nothing grants it */
  reason: EvaluationReason;
  /** Of flags: on or off */
  variant?: string;
};

export type EvaluationsMetadataResponse = {
  /** How many are in this answer */
  evaluated: number;
  /** How many there are */
  of: number;
};

export type EvaluationsResponse = {
  flags: readonly (EvaluationResponse | EvaluationFaultResponse)[];
  /** Only where there are more than 50 flags and values: the first 50 by key were evaluated */
  metadata?: EvaluationsMetadataResponse;
};

export type EventBatchResponse = {
  /** In the order of the request */
  results: readonly (CountedResultResponse | RefusedEventResponse)[];
};

/** The eventId belongs to another event */
export type EventIdConflictProblem = ProblemResponse & { code: 'event_id_conflict'; status: 409 };

/** Event not found */
export type EventNotFoundProblem = ProblemResponse & { code: 'event_not_found'; status: 404 };

export type EventPage = {
  data: readonly EventResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

/** The event is a reservation */
export type EventReservedProblem = ProblemResponse & { code: 'event_reserved'; status: 409 };

export type EventResponse = {
  id: string;
  /** 1 for the first event of a business; no gaps, in the order of commits */
  sequence: number;
  type: EventType;
  createdAt: string;
  /** Ids and what changed: see the schema of the type */
  data: JsonObject;
};

export type EventType =
  | 'api_key.created'
  | 'api_key.revoked'
  | 'api_key.rotated'
  | 'application.created'
  | 'application.deleted'
  | 'business.updated'
  | 'invitation.accepted'
  | 'invitation.expired'
  | 'invitation.revoked'
  | 'invitation.sent'
  | 'invoice.paid'
  | 'invoice.payment_failed'
  | 'member.joined'
  | 'member.left'
  | 'member.role_changed'
  | 'subscription.canceled'
  | 'subscription.changed'
  | 'subscription.expired'
  | 'subscription.past_due'
  | 'subscription.paused'
  | 'subscription.renewed'
  | 'subscription.resumed'
  | 'subscription.started'
  | 'support_session.ended'
  | 'support_session.started'
  | 'trial.ending'
  | 'usage.limit_reached'
  | 'usage.reset'
  | 'usage.threshold_reached'
  | 'webhook_endpoint.disabled';

/** Events after this sequence have been deleted already */
export type EventsGoneProblem = ProblemResponse & { code: 'events_gone'; status: 410 };

export type ExchangeRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** A JWT of one of TRUSTED_ISSUERS */
  token: string;
  /** The business; by default that which the token names, else the one used last */
  businessId?: string;
};

/** Expectation not supported */
export type ExpectationFailedProblem = ProblemResponse & {
  code: 'expectation_failed';
  status: 417;
};

/** The externalId belongs to another recording */
export type ExternalIdConflictProblem = ProblemResponse & {
  code: 'external_id_conflict';
  status: 409;
};

/** The feature is archived */
export type FeatureArchivedProblem = ProblemResponse & { code: 'feature_archived'; status: 409 };

/** The feature belongs to the code */
export type FeatureDeclaredProblem = ProblemResponse & { code: 'feature_declared'; status: 409 };

/** The key is taken */
export type FeatureKeyTakenProblem = ProblemResponse & { code: 'feature_key_taken'; status: 409 };

export type FeatureKind = 'metered' | 'allocated' | 'flag' | 'config';

/** The feature is of another kind */
export type FeatureKindProblem = ProblemResponse & { code: 'feature_kind'; status: 409 };

/** Feature not found */
export type FeatureNotFoundProblem = ProblemResponse & { code: 'feature_not_found'; status: 404 };

export type FeaturePage = {
  data: readonly FeatureResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type FeatureReset = 'period' | 'day' | 'never';

export type FeatureResponse = {
  key: string;
  name: string;
  kind: FeatureKind;
  resets: FeatureReset | null;
  unit: string | null;
  /** Config features: the values that it may have; without them, any */
  values: readonly (number | string)[] | null;
  visibility: FeatureVisibility;
  /** Flags, also declared ones: evaluations with a targeting key (OFREP) obey it; null: the plan decides */
  rollout: RolloutFields | null;
  /** Code declares it: staff change its rollout only */
  declared: boolean;
  archived: boolean;
  createdAt: string;
};

export type FeatureUsageExplanationResponse = {
  used: number;
  /** The allowance; null: unlimited */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited */
  remaining: number | null;
  /** When used starts again from zero; null: never */
  resetsAt: string | null;
  /** Unspent credits, spent after the allowance */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered */
  overLimit: boolean;
  feature: string;
  kind: FeatureKind;
  /** The part of `used` paid by credits */
  credited: number;
  /** The part of `used` that a plan change carried over */
  carriedOver: number;
  /** What open reservations hold; not used yet, and not in `remaining` */
  reserved: number;
  /** What paid for `used` and pays for what comes next, in this order: the plan, credits, then credits with nothing left */
  sources: readonly UsageSourceResponse[];
  /** The last 20 events */
  recent: readonly RecentEventResponse[];
};

export type FeatureUsageResponse = {
  used: number;
  /** The allowance; null: unlimited */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited */
  remaining: number | null;
  /** When used starts again from zero; null: never */
  resetsAt: string | null;
  /** Unspent credits, spent after the allowance */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered */
  overLimit: boolean;
  feature: string;
  kind: FeatureKind;
  /** The part of `used` paid by credits */
  credited: number;
  /** The part of `used` that a plan change carried over */
  carriedOver: number;
  /** What open reservations hold; not used yet, and not in `remaining` */
  reserved: number;
};

export type FeatureVisibility = 'team' | 'client';

export type FieldFaultResponse = {
  /** JSON Pointer (RFC 6901) to the field */
  pointer: string;
  code: string;
  detail: string;
};

export type FinishSignInRequest = {
  /** The last part of the path that the provider has redirected to */
  provider: string;
  /** From the query */
  state: string;
  /** From the query */
  code?: string;
  /** From the query (RFC 9207) */
  iss?: string;
  /** From the query, in place of `code` */
  error?: string;
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** Of the beginning; with `transport: cookie`, the cookie has it */
  handle?: string;
};

export type FinishedOwnSignInResponse = { purpose: SignInPurpose };

export type FirstApiKeyResponse = {
  id: string;
  /** Shown only once */
  key: string;
};

export type FlagEntitlementResponse = {
  kind: FlagKind;
  /** plan: it decides, also by not naming the feature; business: staff gave this business its own grant; credit: the grant leaves nothing, and credits do */
  source: EntitlementSource;
  enabled: boolean;
};

export type FlagGrantResponse = { enabled: boolean };

export type FlagKind = 'flag';

/** Flag not found */
export type FlagNotFoundProblem = ProblemResponse & { code: 'flag_not_found'; status: 404 };

/** This token is not accepted */
export type ForeignTokenInvalidProblem = ProblemResponse & {
  code: 'foreign_token_invalid';
  status: 401;
};

export type ForgotPasswordRequest = { email: string };

export type GrantCreditRequest = {
  /** The key of a metered feature */
  feature: string;
  amount: number;
  /** The unspent rest expires then; without it, the credit never expires */
  expiresAt?: string | null;
  /** Shown to the tenant */
  reason: string;
};

export type GrantToBusinessRequest = {
  /** Metered and allocated features; null: unlimited */
  limit?: number | null;
  /** Metered and allocated features. Default: hard */
  mode?: LimitMode;
  /** Flags */
  enabled?: boolean;
  /** Config features */
  value?: number | string;
  /** Shown in the audit log of the tenant */
  reason: string;
  /** The plan's grant applies again then; without it, this one never ends */
  expiresAt?: string | null;
};

/** The headers are too large */
export type HeadersTooLargeProblem = ProblemResponse & { code: 'headers_too_large'; status: 431 };

export type HealthResponse = { status: HealthStatus };

export type HealthStatus = 'ok';

export type HistoryBucket = 'day';

/** The first request succeeded, but its answer was not kept */
export type IdempotencyAnswerNotKeptProblem = ProblemResponse &
  AnswerNotKeptMembers & { code: 'idempotency_answer_not_kept'; status: 409 };

/** The first request with this Idempotency-Key is still running */
export type IdempotencyKeyInUseProblem = ProblemResponse & {
  code: 'idempotency_key_in_use';
  status: 409;
};

/** This Idempotency-Key was used for another request */
export type IdempotencyKeyReusedProblem = ProblemResponse & {
  code: 'idempotency_key_reused';
  status: 422;
};

export type IdentitiesResponse = { data: readonly IdentityResponse[] };

/** No such sign-in */
export type IdentityNotFoundProblem = ProblemResponse & { code: 'identity_not_found'; status: 404 };

export type IdentityNotLinkedMembers = {
  /** For POST /v1/me/identities, once; 15 minutes */
  linkToken: string;
};

/** There is an account with this address already */
export type IdentityNotLinkedProblem = ProblemResponse &
  IdentityNotLinkedMembers & { code: 'identity_not_linked'; status: 409 };

export type IdentityResponse = {
  id: string;
  issuer: string;
  /** Of the provider; its host where it is none of the installation */
  provider: string;
  /** As the provider said when it was linked */
  email: string;
  createdAt: string;
  /** To the hour */
  lastUsedAt: string;
};

/** This sign-in is linked to an account already */
export type IdentityTakenProblem = ProblemResponse & { code: 'identity_taken'; status: 409 };

export type InboxEventResponse = {
  /** Stripe's id of the event */
  id: string;
  type: string;
  /** failed: all tries are used up; ignored: no local subscription depends on it */
  state: InboxState;
  /** The Stripe id of the object that the event is about */
  objectId: string | null;
  customerId: string | null;
  /** By Stripe's clock */
  happenedAt: string;
  receivedAt: string;
  /** The number of deliveries */
  deliveries: number;
  tries: number;
  handledAt: string | null;
  lastError: string | null;
};

export type InboxPage = {
  data: readonly InboxEventResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type InboxState = 'waiting' | 'failed' | 'applied' | 'ignored';

/** Too much is waiting to be counted */
export type IngestionOverloadedProblem = ProblemResponse & {
  code: 'ingestion_overloaded';
  status: 503;
};

/** This key does not have the scope */
export type InsufficientScopeProblem = ProblemResponse & {
  code: 'insufficient_scope';
  status: 403;
};

/** Internal error */
export type InternalErrorProblem = ProblemResponse & { code: 'internal_error'; status: 500 };

export type IntervalResponse = { unit: IntervalUnit; count: number };

export type IntervalUnit = 'day' | 'week' | 'month' | 'year';

/** The evaluation context is not valid */
export type InvalidContextProblem = ProblemResponse & { code: 'invalid_context'; status: 400 };

/** Wrong e-mail address or password */
export type InvalidCredentialsProblem = ProblemResponse & {
  code: 'invalid_credentials';
  status: 401;
};

/** The state of the subscription does not allow this */
export type InvalidStateProblem = ProblemResponse & { code: 'invalid_state'; status: 409 };

export type InvitationAcceptedData = { invitationId: string; role: Role; memberId: string };

/** The invited person has joined */
export type InvitationAcceptedEvent = {
  type: 'invitation.accepted';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvitationAcceptedData;
};

export type InvitationData = { invitationId: string; role: Role };

export type InvitationDetailsResponse = {
  email: string;
  fullName: string | null;
  businessId: string;
  businessName: string;
  role: Role;
  invitedBy: string | null;
  expiresAt: string;
  /** True: log in and accept; false: sign up with the key */
  hasAccount: boolean;
};

/** Seven days have passed without an answer. Raised within ten minutes */
export type InvitationExpiredEvent = {
  type: 'invitation.expired';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvitationData;
};

/** This invitation has expired */
export type InvitationExpiredProblem = ProblemResponse & {
  code: 'invitation_expired';
  status: 410;
};

/** This invitation is for another e-mail address */
export type InvitationForAnotherEmailProblem = ProblemResponse & {
  code: 'invitation_for_another_email';
  status: 403;
};

/** Invitation not found */
export type InvitationNotFoundProblem = ProblemResponse & {
  code: 'invitation_not_found';
  status: 404;
};

export type InvitationPage = {
  data: readonly InvitationResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type InvitationResponse = {
  id: string;
  email: string;
  role: Role;
  fullName: string | null;
  status: InvitationStatus;
  createdAt: string;
  expiresAt: string;
};

/** An open invitation was revoked, was replaced by a newer one, or was given by a member who may no longer give it */
export type InvitationRevokedEvent = {
  type: 'invitation.revoked';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvitationData;
};

/** This invitation was revoked */
export type InvitationRevokedProblem = ProblemResponse & {
  code: 'invitation_revoked';
  status: 410;
};

/** An address was invited, or its invitation was sent again */
export type InvitationSentEvent = {
  type: 'invitation.sent';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvitationData;
};

export type InvitationStatus = 'pending' | 'accepted' | 'expired' | 'revoked';

/** This invitation was accepted */
export type InvitationUsedProblem = ProblemResponse & { code: 'invitation_used'; status: 410 };

export type InvoiceData = {
  /** Stripe's id; GET /v1/billing/invoices lists them */
  invoiceId: string;
};

export type InvoicePage = {
  data: readonly InvoiceResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

/** Stripe has told of a paid invoice, and the subscription follows it */
export type InvoicePaidEvent = {
  type: 'invoice.paid';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvoiceData;
};

/** Stripe has told of a payment that failed, and the subscription follows it */
export type InvoicePaymentFailedEvent = {
  type: 'invoice.payment_failed';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: InvoiceData;
};

export type InvoiceResponse = {
  id: string;
  number: string | null;
  status: InvoiceStatus;
  total: MoneyResponse;
  due: MoneyResponse;
  createdAt: string;
  /** A page that shows the invoice and accepts the payment */
  url: string | null;
  pdfUrl: string | null;
  attempts: number;
  /** Whether Stripe retries the charge by itself */
  isRetried: boolean;
};

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** The identity provider does not answer */
export type IssuerUnavailableProblem = ProblemResponse & {
  code: 'issuer_unavailable';
  status: 503;
};

/** The job has not failed */
export type JobNotFailedProblem = ProblemResponse & { code: 'job_not_failed'; status: 409 };

/** Job not found */
export type JobNotFoundProblem = ProblemResponse & { code: 'job_not_found'; status: 404 };

export type JobPage = {
  data: readonly JobResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type JobResponse = {
  /** The queue's number of the job */
  id: string;
  name: string;
  /** `failed`: all tries are used up. `waiting`: for its time, or its next try. */
  state: JobState;
  /** Its payload: ids */
  payload: JsonObject;
  /** How often it was started */
  tries: number;
  maximumTries: number;
  /** Why the last try failed */
  lastError: string | null;
  createdAt: string;
  /** Not before this moment */
  runAt: string;
  /** Since when it is running */
  lockedAt: string | null;
};

export type JobState = 'waiting' | 'running' | 'failed';

export type JoinRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** From the mail */
  activationKey: string;
  fullName: string;
  /** Not trimmed; compared in NFC. Common ones are refused */
  password: string;
};

export type JoinResponse = {
  business: BusinessResponse;
  member: MemberResponse;
  session: SessionTokenResponse;
};

/** A business needs an active owner */
export type LastOwnerProblem = ProblemResponse & { code: 'last_owner'; status: 409 };

/** This is your only way to sign in */
export type LastWayInProblem = ProblemResponse & { code: 'last_way_in'; status: 409 };

export type LimitGrantResponse = {
  /** Null: unlimited */
  limit: number | null;
  /** hard refuses above the limit; soft counts on and says overLimit */
  mode: LimitMode;
};

export type LimitMode = 'hard' | 'soft';

export type LimitReachedMembers = {
  /** The key of an allocated feature */
  feature: string;
  used: number;
  limit: number;
  /** Leads to a larger plan */
  upgradeUrl: string;
};

/** The plan allows no more of these */
export type LimitReachedProblem = ProblemResponse &
  LimitReachedMembers & { code: 'limit_reached'; status: 402 };

export type LinkIdentityRequest = {
  /** From the 409 `identity_not_linked`; this or `token` */
  linkToken?: string;
  /** A JWT of one of TRUSTED_ISSUERS */
  token?: string;
};

/** This can no longer be linked */
export type LinkTokenInvalidProblem = ProblemResponse & { code: 'link_token_invalid'; status: 410 };

export type LoginRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  email: string;
  password: string;
  /** The business; by default the one used last */
  businessId?: string;
};

export type LoginResponse = {
  session: SessionTokenResponse;
  /** Null, like `business`, when the person has no business */
  member: MemberResponse | null;
  business: BusinessResponse | null;
};

/** The request could not be read */
export type MalformedRequestProblem = ProblemResponse & { code: 'malformed_request'; status: 400 };

export type MeResponse = {
  /** Null during a support session */
  user: MyUserResponse | null;
  /** Null, like `business`, when the person has no business */
  member: MyMemberResponse | null;
  business: MyBusinessResponse | null;
  /** What the role permits */
  permissions: readonly Permission[];
  support: SupportResponse | null;
};

export type MemberData = {
  memberId: string;
  /** Of a member who has left: the last one */
  role: Role;
};

/** A person is an active member: by founding the business, by an invitation, or again */
export type MemberJoinedEvent = {
  type: 'member.joined';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: MemberData;
};

export type MemberKind = 'person' | 'sdk' | 'support';

/** A member has left, was removed or was deactivated */
export type MemberLeftEvent = {
  type: 'member.left';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: MemberData;
};

export type MemberPage = {
  data: readonly MemberResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type MemberResponse = {
  id: string;
  /** `sdk` holds the API keys; staff act as `support` */
  kind: MemberKind;
  /** For persons only */
  role: Role | null;
  status: MemberStatus;
  email: string | null;
  fullName: string | null;
  joinedAt: string;
};

/** A member has another role */
export type MemberRoleChangedEvent = {
  type: 'member.role_changed';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: MemberData;
};

export type MemberStatus = 'active' | 'deactivated';

export type MembershipPage = {
  data: readonly MembershipResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type MembershipResponse = {
  id: string;
  name: string;
  status: BusinessStatus;
  role: Role;
  /** The business of this session */
  current: boolean;
};

export type MeteredEntitlementResponse = {
  used: number;
  /** The allowance; null: unlimited */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited */
  remaining: number | null;
  /** When used starts again from zero; null: never */
  resetsAt: string | null;
  /** Unspent credits, spent after the allowance */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered */
  overLimit: boolean;
  kind: MeteredKind;
  /** plan: it decides, also by not naming the feature; business: staff gave this business its own grant; credit: the grant leaves nothing, and credits do */
  source: EntitlementSource;
  mode: LimitMode;
};

export type MeteredKind = 'metered';

export type MeteredUsageResponse = {
  used: number;
  /** The allowance; null: unlimited */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited */
  remaining: number | null;
  /** When used starts again from zero; null: never */
  resetsAt: string | null;
  /** Unspent credits, spent after the allowance */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered */
  overLimit: boolean;
};

/** This code is not valid */
export type MfaCodeInvalidProblem = ProblemResponse & { code: 'mfa_code_invalid'; status: 401 };

export type MfaRequiredMembers = {
  /** For POST /v1/auth/mfa/verify (staff: /v1/staff/auth/mfa/verify); 5 minutes */
  mfaToken: string;
  /** What the account can prove itself with */
  methods: readonly SecondStep[];
  /** With `passkey` among the methods: for `navigator.credentials.get`, else null */
  passkeyOptions: JsonObject | null;
};

/** A second factor is required */
export type MfaRequiredProblem = ProblemResponse &
  MfaRequiredMembers & { code: 'mfa_required'; status: 401 };

/** Log in again */
export type MfaTokenInvalidProblem = ProblemResponse & { code: 'mfa_token_invalid'; status: 401 };

export type MoneyResponse = {
  /** In minor units */
  amount: number;
  /** ISO 4217, lower case */
  currency: string;
};

export type MyBusinessResponse = {
  id: string;
  name: string;
  /** Whether its people need a second factor */
  requireSecondFactor: boolean;
};

export type MyMemberResponse = {
  id: string;
  role: Role | null;
  kind: MemberKind;
  status: MemberStatus;
};

export type MyUserResponse = {
  id: string;
  email: string;
  emailVerified: boolean;
  fullName: string;
  hasSecondFactor: boolean;
};

export type NextInvoiceResponse = { amount: MoneyResponse; at: string | null };

/** You belong to no business */
export type NoBusinessProblem = ProblemResponse & { code: 'no_business'; status: 403 };

/** A service key must not be used in a browser */
export type NotForBrowsersProblem = ProblemResponse & { code: 'not_for_browsers'; status: 403 };

/** The server is not ready */
export type NotReadyProblem = ProblemResponse & { code: 'not_ready'; status: 503 };

export type NotificationFilter = 'true' | 'false';

/** Notification not found */
export type NotificationNotFoundProblem = ProblemResponse & {
  code: 'notification_not_found';
  status: 404;
};

export type NotificationPage = {
  data: readonly NotificationResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
  /** That you have not read; 100: or more */
  unreadCount: number;
};

export type NotificationPreferenceRequest = { type: NotificationType; mail: boolean };

export type NotificationPreferenceResponse = {
  type: NotificationType;
  /** Whether you get a mail about it */
  mail: boolean;
  /** It cannot be changed: these mails are not switched by person */
  fixed: boolean;
};

export type NotificationPreferencesResponse = {
  /** One for each type that you may read. The console shows all of them */
  preferences: readonly NotificationPreferenceResponse[];
};

export type NotificationResponse = {
  /** That of the event */
  id: string;
  /** Of the event in the log */
  sequence: number;
  type: NotificationType;
  createdAt: string;
  /** Of the event: see the schema of the type */
  data: JsonObject;
  read: boolean;
  /** Who did it; null: no person of the business, or one who has left */
  actorName: string | null;
};

export type NotificationType =
  | 'api_key.created'
  | 'api_key.revoked'
  | 'api_key.rotated'
  | 'application.deleted'
  | 'business.updated'
  | 'invitation.expired'
  | 'invoice.paid'
  | 'invoice.payment_failed'
  | 'member.joined'
  | 'member.left'
  | 'member.role_changed'
  | 'subscription.canceled'
  | 'subscription.changed'
  | 'subscription.expired'
  | 'subscription.past_due'
  | 'subscription.paused'
  | 'subscription.resumed'
  | 'subscription.started'
  | 'support_session.ended'
  | 'support_session.started'
  | 'trial.ending'
  | 'usage.limit_reached'
  | 'usage.threshold_reached'
  | 'webhook_endpoint.disabled';

export type OpenSupportSessionRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** Shown to the tenant */
  reason: string;
  ticket?: string | null;
  /** 30 by default */
  ttlMinutes?: number;
  /** read by default */
  mode?: SupportMode;
};

export type OpenedSupportSessionResponse = {
  id: string;
  /** Shown only once; left out where the request has `transport: cookie` */
  token?: string;
  mode: SupportMode;
  expiresAt: string;
};

/** The server is overloaded */
export type OverloadedProblem = ProblemResponse & { code: 'overloaded'; status: 503 };

export type OwnEmailResponse = {
  email: string;
  /** Null: none waits */
  change: EmailChangeResponse | null;
};

export type OwnFactorsResponse = {
  /** The authenticator app */
  totp: TotpFactorResponse | null;
  passkeys: readonly PasskeyResponse[];
  recoveryCodesLeft: number;
  /** When the operator removes it, as it was said to be lost; null: never */
  resetAt: string | null;
};

/** The business has no grant of its own */
export type OwnGrantNotFoundProblem = ProblemResponse & {
  code: 'own_grant_not_found';
  status: 404;
};

/** You cannot change your own role */
export type OwnRoleProblem = ProblemResponse & { code: 'own_role'; status: 409 };

/** This is your own second factor */
export type OwnSecondFactorProblem = ProblemResponse & { code: 'own_second_factor'; status: 409 };

export type OwnerResponse = {
  /** The member */
  id: string;
  email: string;
  fullName: string;
};

/** This passkey is registered already */
export type PasskeyExistsProblem = ProblemResponse & { code: 'passkey_exists'; status: 409 };

/** This passkey was not accepted */
export type PasskeyInvalidProblem = ProblemResponse & { code: 'passkey_invalid'; status: 401 };

export type PasskeyLoginRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url */
  passkey: JsonObject;
  /** The business; by default the one used last */
  businessId?: string;
};

/** Passkey not found */
export type PasskeyNotFoundProblem = ProblemResponse & { code: 'passkey_not_found'; status: 404 };

export type PasskeyOptionsResponse = {
  /** For `navigator.credentials`, by `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`; 5 minutes */
  options: JsonObject;
};

export type PasskeyResponse = {
  id: string;
  name: string;
  /** Whether it is on several devices, by their maker */
  isSynced: boolean;
  createdAt: string;
  lastUsedAt: string | null;
};

/** Passkeys do not work at this address */
export type PasskeysUnavailableProblem = ProblemResponse & {
  code: 'passkeys_unavailable';
  status: 409;
};

/** This password is too easy to guess */
export type PasswordTooWeakProblem = ProblemResponse & { code: 'password_too_weak'; status: 422 };

export type PaymentFailedMembers = {
  /** Stripe's word for why, where the bank gave one */
  declineCode?: string;
};

/** The payment failed */
export type PaymentFailedProblem = ProblemResponse &
  PaymentFailedMembers & { code: 'payment_failed'; status: 402 };

export type PaymentMethodResponse = {
  /** Of the card: `visa`; otherwise the kind of the method */
  brand: string;
  last4: string | null;
};

export type PaymentProvider = 'manual' | 'stripe';

/** The payment provider refused the request */
export type PaymentProviderRefusedProblem = ProblemResponse & {
  code: 'payment_provider_refused';
  status: 409;
};

/** The payment provider reports an unknown subscription state */
export type PaymentProviderStateUnknownProblem = ProblemResponse & {
  code: 'payment_provider_state_unknown';
  status: 409;
};

/** The payment provider is unavailable */
export type PaymentProviderUnavailableProblem = ProblemResponse & {
  code: 'payment_provider_unavailable';
  status: 503;
};

/** This plan requires payment */
export type PaymentRequiredProblem = ProblemResponse & { code: 'payment_required'; status: 402 };

export type PeriodPage = {
  data: readonly PeriodResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type PeriodResponse = {
  ordinal: number;
  start: string;
  /** Exclusive */
  end: string;
  planId: string;
  /** Of each metered feature that resets with it */
  usage: { recordings: number; [key: string]: number | undefined };
  /** Null for the current period */
  closedAt: string | null;
};

export type Permission =
  | 'business:read'
  | 'team_members:read'
  | 'subscription:read'
  | 'usage:read'
  | 'usage:write'
  | 'team_members:write'
  | 'team_members:assign_roles'
  | 'invitations:read'
  | 'invitations:write'
  | 'api_keys:read'
  | 'api_keys:write'
  | 'audit_log:read'
  | 'support_sessions:read'
  | 'webhook_endpoints:read'
  | 'webhook_endpoints:write'
  | 'webhook_deliveries:write'
  | 'business:write'
  | 'subscription:write'
  | 'billing:read'
  | 'billing:write'
  | 'support_sessions:write'
  | 'team_members:reset_factors'
  | 'sso:read'
  | 'sso:write'
  | 'applications:read'
  | 'recordings:read'
  | 'applications:write'
  | 'recordings:write';

/** Your role does not permit this */
export type PermissionDeniedProblem = ProblemResponse & { code: 'permission_denied'; status: 403 };

/** The plan is archived */
export type PlanArchivedProblem = ProblemResponse & { code: 'plan_archived'; status: 409 };

export type PlanChangeResponse = {
  when: ChangeTime;
  effectiveAt: string;
  /** In its newest version, whose price and interval apply from `effectiveAt` */
  plan: PlanResponse;
  proration: ProrationResponse;
  /** Just after the change */
  usageAfter: UsageResponse;
  /** Limits of the plan that current usage exceeds: the change is refused until there are none */
  conflicts: readonly PlanConflictResponse[];
};

export type PlanConflictResponse = {
  /** The key of an allocated feature */
  feature: string;
  used: number;
  limit: number;
};

/** Subscribers pay for the plan in another currency */
export type PlanCurrencyFixedProblem = ProblemResponse & {
  code: 'plan_currency_fixed';
  status: 409;
};

export type PlanIntervalRequest = { unit: IntervalUnit; count: number };

/** The plan is the default */
export type PlanIsDefaultProblem = ProblemResponse & { code: 'plan_is_default'; status: 409 };

/** Plan not found */
export type PlanNotFoundProblem = ProblemResponse & { code: 'plan_not_found'; status: 404 };

export type PlanPage = {
  data: readonly PlanResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type PlanPriceRequest = {
  /** In minor units */
  amount: number;
  /** ISO 4217, lower case */
  currency: string;
};

export type PlanResponse = {
  id: string;
  slug: string;
  name: string;
  description: string;
  /** Price and interval belong to a version; limits apply to all */
  version: number;
  price: MoneyResponse;
  interval: IntervalResponse;
  trialDays: number;
  /** Grace period of past_due */
  graceDays: number;
  afterGrace: AfterGrace;
  renews: boolean;
  /** The plan of new businesses */
  default: boolean;
  /** Listed and selectable by owners */
  public: boolean;
  archived: boolean;
  /** What it grants; null: the feature is off */
  features: {
    applications: LimitGrantResponse | null;
    recordings: LimitGrantResponse | null;
    seats: LimitGrantResponse | null;
    [key: string]: LimitGrantResponse | FlagGrantResponse | ConfigGrantResponse | null | undefined;
  };
  /** The same of metered and allocated features in short; null: unlimited */
  limits: {
    applications: number | null;
    recordings: number | null;
    seats: number | null;
    [key: string]: number | null | undefined;
  };
};

/** The slug is taken */
export type PlanSlugTakenProblem = ProblemResponse & { code: 'plan_slug_taken'; status: 409 };

export type Platform = 'android' | 'ios' | 'web';

export type PortalSessionResponse = {
  /** Send the browser there: cards, addresses, invoices */
  url: string;
};

export type ProblemResponse = {
  /** A URL that ends in the code */
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  /** Stable; switch on this */
  code: string;
};

/** The identity provider did not ask who you are */
export type ProofNotFreshProblem = ProblemResponse & { code: 'proof_not_fresh'; status: 403 };

export type ProrationResponse = {
  /** For the unused rest of the paid period; 0 or less */
  credit: MoneyResponse;
  /** For the new plan from now on */
  charge: MoneyResponse;
  /** credit + charge */
  due: MoneyResponse;
};

export type ProviderAnswerRequest = {
  /** The last part of the path that the provider has redirected to */
  provider: string;
  /** From the query */
  state: string;
  /** From the query */
  code?: string;
  /** From the query (RFC 9207) */
  iss?: string;
  /** From the query, in place of `code` */
  error?: string;
};

/** No such identity provider */
export type ProviderNotFoundProblem = ProblemResponse & { code: 'provider_not_found'; status: 404 };

export type ProviderResponse = { id: string; name: string };

export type ProvidersResponse = {
  providers: readonly ProviderResponse[];
  /** Of the company whose domain the address has; whether the person exists it does not say */
  company: ProviderResponse | null;
};

export type QuotaExceededMembers = {
  /** The key of a metered feature */
  feature: string;
  used: number;
  limit: number;
  remaining: number;
  /** When the quota resets; null: never */
  resetsAt: string | null;
  /** Leads to a larger plan */
  upgradeUrl: string;
  /** The same in words */
  explanation: string;
};

/** The quota of this period is used up */
export type QuotaExceededProblem = ProblemResponse &
  QuotaExceededMembers & { code: 'quota_exceeded'; status: 402 };

/** Too many requests */
export type RateLimitedProblem = ProblemResponse & { code: 'rate_limited'; status: 429 };

export type ReadAllRequest = {
  /** The sequence of the newest that you have seen: later ones stay unread. Without it, all that there are now */
  through?: number;
};

export type ReauthenticateRequest = {
  /** This, `code` or `passkey` */
  password?: string;
  /** Of the authenticator app */
  code?: string;
  /** What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url */
  passkey?: JsonObject;
};

/** Prove again who you are */
export type ReauthenticationRequiredProblem = ProblemResponse & {
  code: 'reauthentication_required';
  status: 403;
};

export type RecentEventResponse = { eventId: string; amount: number; createdAt: string };

export type RecordEventBatchRequest = {
  /** Each is validated and decided as if sent alone */
  events: readonly RecordEventRequest[];
};

export type RecordEventRequest = {
  /** The business that this is about */
  businessId: string;
  /** The key of a feature */
  feature: string;
  /** Makes retries idempotent: it counts once in this business and feature, for 13 months */
  eventId: string;
  /** Of the smallest unit */
  amount: number;
  /** When it happened; shown only. It counts in the period in which it arrives */
  at?: string | null;
  /** At most 4 KiB */
  properties?: JsonObject | null;
};

/** The recording with this externalId was deleted */
export type RecordingDeletedProblem = ProblemResponse & { code: 'recording_deleted'; status: 410 };

/** Recording not found */
export type RecordingNotFoundProblem = ProblemResponse & {
  code: 'recording_not_found';
  status: 404;
};

export type RecordingPage = {
  data: readonly RecordingResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type RecordingResponse = {
  id: string;
  externalId: string;
  applicationId: string | null;
  /** The arrival where the one sent is not believed */
  startedAt: string;
  /** As sent, where no working clock reports it: before 2015, or more than 24 h after the arrival */
  reportedStartedAt: string | null;
  durationMs: number;
  device: JsonObject | null;
  metadata: JsonObject | null;
  createdAt: string;
};

export type RecoveryCodesResponse = {
  /** Ten; each works once in place of a code, and is shown only now. Empty where codes are left already */
  recoveryCodes: readonly string[];
};

export type RefusedEventResponse = {
  /** The status it would have had if sent alone */
  status: number;
  problem:
    | QuotaExceededProblem
    | SubscriptionInactiveProblem
    | FeatureNotFoundProblem
    | FeatureKindProblem
    | FeatureArchivedProblem
    | EventIdConflictProblem
    | SubscriptionBehindProblem
    | CounterBusyProblem
    | IngestionOverloadedProblem
    | BusinessNotFoundProblem
    | BusinessDeactivatedProblem
    | ValidationFailedProblem
    | RateLimitedProblem
    | TooManyAtOnceProblem
    | DatabaseUnavailableProblem
    | OverloadedProblem
    | StorageFullProblem
    | InternalErrorProblem;
};

export type RefusedResultResponse = {
  /** The status it would have had if sent alone */
  status: number;
  problem:
    | QuotaExceededProblem
    | SubscriptionInactiveProblem
    | ApplicationNotFoundProblem
    | WrongApplicationProblem
    | ExternalIdConflictProblem
    | RecordingDeletedProblem
    | SubscriptionBehindProblem
    | IngestionOverloadedProblem
    | CounterBusyProblem
    | ValidationFailedProblem
    | TooManyAtOnceProblem
    | DatabaseUnavailableProblem
    | OverloadedProblem
    | StorageFullProblem
    | InternalErrorProblem;
};

export type ReleaseEventRequest = {
  /** The business that this is about */
  businessId: string;
  /** The key of a feature */
  feature: string;
  /** Makes retries idempotent: it counts once in this business and feature, for 13 months */
  eventId: string;
};

export type ReleaseResponse = {
  eventId: string;
  feature: string;
  /** What was given back */
  amount: number;
  releasedAt: string;
};

export type RenamePasskeyRequest = { name: string };

export type ReplayWebhooksRequest = {
  /** Events from this moment until now are sent again, as far as the log has them */
  since: string;
};

/** The request did not arrive in time */
export type RequestTimeoutProblem = ProblemResponse & { code: 'request_timeout'; status: 408 };

/** Reservation not found */
export type ReservationNotFoundProblem = ProblemResponse & {
  code: 'reservation_not_found';
  status: 404;
};

export type ReservationResponse = {
  id: string;
  eventId: string;
  feature: string;
  /** What was reserved */
  amount: number;
  status: ReservationStatus;
  /** What was used of it; null: not committed */
  committed: number | null;
  createdAt: string;
  /** When what is open gives itself back */
  expiresAt: string;
};

/** The reservation is settled */
export type ReservationSettledProblem = ProblemResponse & {
  code: 'reservation_settled';
  status: 409;
};

export type ReservationStatus = 'open' | 'committed' | 'released' | 'expired';

export type ReserveRequest = {
  /** The business that this is about */
  businessId: string;
  /** The key of a feature */
  feature: string;
  /** Makes retries idempotent: it counts once in this business and feature, for 13 months */
  eventId: string;
  /** The most that it can take */
  amount: number;
  /** Then it gives itself back */
  expiresInSeconds: number;
};

export type ResetPasswordRequest = {
  /** From the mail */
  token: string;
  /** Not trimmed; compared in NFC. Common ones are refused */
  password: string;
};

/** This password reset link is no longer valid */
export type ResetTokenInvalidProblem = ProblemResponse & {
  code: 'reset_token_invalid';
  status: 410;
};

export type Role = 'owner' | 'admin' | 'member' | 'viewer';

export type RolloutFields = {
  /** Percent of targeting keys for which the flag is on, whatever the plan grants */
  percentage: number;
};

export type RotateKeyRequest = {
  /** How long the old key stays valid; 0: it ends at once */
  overlapSeconds: number;
};

export type Scope = 'recordings:write' | 'status:read';

export type SdkStatusResponse = {
  /** Whether a recording sent now would be accepted */
  recording: boolean;
  reason: StopReason | null;
  usage: MeteredUsageResponse;
};

/** There is an authenticator app already */
export type SecondFactorExistsProblem = ProblemResponse & {
  code: 'second_factor_exists';
  status: 409;
};

/** No such second factor */
export type SecondFactorNotFoundProblem = ProblemResponse & {
  code: 'second_factor_not_found';
  status: 404;
};

/** Set up a second factor first */
export type SecondFactorRequiredProblem = ProblemResponse & {
  code: 'second_factor_required';
  status: 403;
};

/** This person belongs to another business too */
export type SecondFactorSharedProblem = ProblemResponse & {
  code: 'second_factor_shared';
  status: 409;
};

export type SecondFactorsResponse = {
  /** The authenticator app */
  totp: TotpFactorResponse | null;
  passkeys: readonly PasskeyResponse[];
  recoveryCodesLeft: number;
};

export type SecondStep = 'passkey' | 'totp' | 'recovery_code';

export type SecondStepRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** From the 401 `mfa_required` */
  mfaToken: string;
  /** Of the authenticator app; this, `recoveryCode` or `passkey` */
  code?: string;
  /** Works once; dashes, spaces and letter case do not matter */
  recoveryCode?: string;
  /** What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url */
  passkey?: JsonObject;
};

/** This service key has been rotated, revoked, or has expired */
export type ServiceKeyAlreadyRotatedProblem = ProblemResponse & {
  code: 'service_key_already_rotated';
  status: 409;
};

/** Service key not found */
export type ServiceKeyNotFoundProblem = ProblemResponse & {
  code: 'service_key_not_found';
  status: 404;
};

export type ServiceKeyPage = {
  data: readonly ServiceKeyResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type ServiceKeyResponse = {
  id: string;
  name: string;
  /** The last four characters */
  hint: string;
  createdAt: string;
  /** To the minute */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  scopes: readonly ServiceScope[];
  /** Null: any */
  businessIds: readonly string[] | null;
};

export type ServiceScope = 'usage:write' | 'usage:read' | 'entitlements:read';

/** This session is in another business */
export type SessionInOtherBusinessProblem = ProblemResponse & {
  code: 'session_in_other_business';
  status: 409;
};

/** Session not found */
export type SessionNotFoundProblem = ProblemResponse & { code: 'session_not_found'; status: 404 };

/** This session is for the business whose sign-in opened it */
export type SessionOfCompanyProblem = ProblemResponse & { code: 'session_of_company'; status: 403 };

export type SessionPage = {
  data: readonly SessionResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type SessionResponse = {
  id: string;
  createdAt: string;
  /** To the minute */
  lastUsedAt: string;
  ip: string | null;
  userAgent: string | null;
  /** What it was opened with; the session of a switch, as the one before */
  signedInWith: readonly SignInMethod[];
  /** The session of this request */
  current: boolean;
};

export type SessionTokenResponse = {
  /** Shown only once; left out where the request has `transport: cookie` */
  token?: string;
  /** At the latest; earlier when unused */
  expiresAt: string;
};

export type SessionTransport = 'bearer' | 'cookie';

export type SetSsoRequest = {
  /** Of the OpenID Connect provider, as its discovery document names it */
  issuer: string;
  clientId: string;
  /** Kept where it is left out, unless the issuer or the client is another */
  clientSecret?: string;
  /** Of the addresses of its people; each counts once it is proven */
  domains: readonly string[];
  /** The claim that says the roles */
  rolesClaim?: string | null;
  roles?: readonly SsoRoleMapping[];
  /** Where the claim names none; viewer by default */
  defaultRole?: SsoRole;
};

/** This sign-in is over */
export type SignInExpiredProblem = ProblemResponse & { code: 'sign_in_expired'; status: 410 };

/** The answer of the identity provider is not accepted */
export type SignInInvalidProblem = ProblemResponse & { code: 'sign_in_invalid'; status: 401 };

export type SignInMethod =
  | 'password'
  | 'totp'
  | 'recovery_code'
  | 'passkey'
  | 'oidc'
  | 'exchange'
  | 'sso';

export type SignInPurpose = 'link' | 'prove';

/** The identity provider refused */
export type SignInRefusedProblem = ProblemResponse & { code: 'sign_in_refused'; status: 403 };

export type SignupRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  businessName: string;
  fullName: string;
  email: string;
  /** Not trimmed; compared in NFC. Common ones are refused */
  password: string;
};

export type SignupResponse = {
  business: BusinessResponse;
  member: MemberResponse;
  subscription: SubscriptionResponse;
  session: SessionTokenResponse;
  apiKey: FirstApiKeyResponse;
};

export type SsoDomainResponse = {
  domain: string;
  /** Null: its people cannot sign in with it yet */
  provenAt: string | null;
  /** The TXT record that proves it */
  records: readonly DnsRecordResponse[];
};

/** This business has no sign-in of its own */
export type SsoNotFoundProblem = ProblemResponse & { code: 'sso_not_found'; status: 404 };

export type SsoResponse = {
  /** The `provider` of POST /v1/auth/sign-ins */
  id: string;
  issuer: string;
  clientId: string;
  /** To be registered with the provider */
  redirectUri: string;
  domains: readonly SsoDomainResponse[];
  rolesClaim: string | null;
  roles: readonly SsoRoleMapping[];
  defaultRole: SsoRole;
  updatedAt: string;
};

export type SsoRole = 'admin' | 'member' | 'viewer';

export type SsoRoleMapping = {
  /** That the claim has, or holds in its list */
  value: string;
  role: SsoRole;
};

export type SsoTestResponse = {
  /** unusable: what it answers is no discovery document of this issuer, or no keys */
  result: SsoTestResult;
};

export type SsoTestResult = 'ok' | 'address_refused' | 'timed_out' | 'not_reached' | 'unusable';

export type StaffAuditLogPage = {
  data: readonly AuditEntryResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type StaffBusinessPage = {
  data: readonly StaffBusinessResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type StaffBusinessResponse = {
  id: string;
  name: string;
  status: BusinessStatus;
  /** Whether staff may open support sessions */
  supportAccess: boolean;
  /** Whether its people need a second factor */
  requireSecondFactor: boolean;
  createdAt: string;
  /** With usage */
  subscription: SubscriptionResponse;
  /** The subscription at Stripe; null: nothing is charged there */
  stripe: ChargedAtStripeResponse | null;
  owners: readonly OwnerResponse[];
};

export type StaffLoginRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  email: string;
  password: string;
};

export type StaffLoginResponse = { session: SessionTokenResponse; staff: StaffResponse };

export type StaffMeResponse = {
  id: string;
  email: string;
  name: string;
  secondFactor: SecondFactorsResponse;
  /** `STAFF_SECOND_FACTOR`: without one, nothing else may be done */
  secondFactorRequired: boolean;
};

export type StaffPasskeyLoginRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  /** What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url */
  passkey: JsonObject;
};

export type StaffPlanPage = {
  data: readonly PlanResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type StaffResponse = { id: string; email: string; name: string };

export type StopReason = 'quota_exceeded' | 'subscription_inactive';

/** The database has no space left */
export type StorageFullProblem = ProblemResponse & { code: 'storage_full'; status: 507 };

export type StoredResultResponse = {
  /** The status it would have had if sent alone */
  status: number;
  recording: RecordingResponse;
};

export type StreamFollow = 'true' | 'false';

export type StripeDisposition = 'cancel' | 'keep';

/** Stripe charges this business for a subscription */
export type StripeSubscriptionExistsProblem = ProblemResponse & {
  code: 'stripe_subscription_exists';
  status: 409;
};

/** The renewal of this subscription is behind */
export type SubscriptionBehindProblem = ProblemResponse & {
  code: 'subscription_behind';
  status: 503;
};

/** It has ended by a cancellation. One for the end of the period is `changed` first */
export type SubscriptionCanceledEvent = {
  type: 'subscription.canceled';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

/** Its plan, the plan after this period, whether it renews or ends with the period, or its status is another; the other types of subscriptions say which status */
export type SubscriptionChangedEvent = {
  type: 'subscription.changed';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

export type SubscriptionData = {
  subscriptionId: string;
  status: SubscriptionStatus;
  planId: string;
};

export type SubscriptionEndReason = 'business_deactivated' | 'plan_not_renewed' | 'plan_free';

export type SubscriptionEventPage = {
  data: readonly SubscriptionEventResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type SubscriptionEventResponse = {
  id: string;
  at: string;
  action: Action;
  cause: CauseResponse;
  /** The reason given by staff */
  reason: string | null;
  /** Null: the subscription began */
  statusBefore: SubscriptionStatus | null;
  status: SubscriptionStatus;
  planIdBefore: string | null;
  planId: string;
  /** The plan scheduled for the next period */
  scheduledPlanId: string | null;
  cancelAtPeriodEnd: boolean;
  autoRenew: boolean;
  periodOrdinal: number;
};

/** The business already pays for a subscription */
export type SubscriptionExistsProblem = ProblemResponse & {
  code: 'subscription_exists';
  status: 409;
};

/** It has ended by itself, without renewal or payment */
export type SubscriptionExpiredEvent = {
  type: 'subscription.expired';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

/** The subscription is not active */
export type SubscriptionInactiveProblem = ProblemResponse & {
  code: 'subscription_inactive';
  status: 403;
};

/** A payment is missing; the grace of the plan runs */
export type SubscriptionPastDueEvent = {
  type: 'subscription.past_due';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

/** It was paused: nothing is counted, nothing renews */
export type SubscriptionPausedEvent = {
  type: 'subscription.paused';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

/** A new period began. Where nothing else changes, only for businesses with a webhook endpoint, or that read log or stream within 30 days */
export type SubscriptionRenewedEvent = {
  type: 'subscription.renewed';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

export type SubscriptionResponse = {
  id: string;
  plan: PlanResponse;
  status: SubscriptionStatus;
  currentPeriod: CurrentPeriodResponse;
  /** The anchor of all period boundaries */
  anchor: string;
  autoRenew: boolean;
  /** Whether a cancellation ends it in the current period */
  cancelAtPeriodEnd: boolean;
  /** When a cancellation will end it: with the current period, or on a date set at Stripe */
  cancelAt: string | null;
  /** Why Stripe ends it with the period without a request of the owner: the business is deactivated, the plan does not renew, or the plan has become free and continues without Stripe */
  endReason: SubscriptionEndReason | null;
  canceledAt: string | null;
  endedAt: string | null;
  trialEndsAt: string | null;
  pausedAt: string | null;
  /** Who sets the periods: the renewal of this installation, or Stripe */
  paymentProvider: PaymentProvider;
  /** When the missing payment was due */
  pastDueSince: string | null;
  /** The end of the grace period */
  graceEndsAt: string | null;
  /** The plan of the next period, if a change is scheduled */
  scheduledPlan: PlanResponse | null;
  usage: UsageResponse;
};

/** It goes on after a pause */
export type SubscriptionResumedEvent = {
  type: 'subscription.resumed';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

/** A subscription began: with the business, or after another one that had ended */
export type SubscriptionStartedEvent = {
  type: 'subscription.started';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SubscriptionData;
};

export type SubscriptionStatus =
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'paused'
  | 'canceled'
  | 'expired';

/** Support access is off for this business */
export type SupportAccessOffProblem = ProblemResponse & { code: 'support_access_off'; status: 403 };

/** Support sessions cannot do this */
export type SupportForbiddenProblem = ProblemResponse & { code: 'support_forbidden'; status: 403 };

export type SupportMode = 'read' | 'write';

/** This support session is read-only */
export type SupportReadOnlyProblem = ProblemResponse & { code: 'support_read_only'; status: 403 };

export type SupportResponse = {
  sessionId: string;
  staffEmail: string;
  reason: string;
  mode: SupportMode;
  expiresAt: string;
};

export type SupportSessionEndedData = { supportSessionId: string };

/** A support session was ended before its time, by the business or by staff */
export type SupportSessionEndedEvent = {
  type: 'support_session.ended';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SupportSessionEndedData;
};

/** Support session not found */
export type SupportSessionNotFoundProblem = ProblemResponse & {
  code: 'support_session_not_found';
  status: 404;
};

export type SupportSessionPage = {
  data: readonly SupportSessionResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type SupportSessionResponse = {
  id: string;
  staffEmail: string;
  reason: string;
  ticket: string | null;
  mode: SupportMode;
  startedAt: string;
  expiresAt: string;
  /** When it was ended early */
  endedAt: string | null;
};

export type SupportSessionStartedData = {
  supportSessionId: string;
  mode: SupportMode;
  /** It ends then, without an event */
  expiresAt: string;
};

/** Staff have opened a support session in this business */
export type SupportSessionStartedEvent = {
  type: 'support_session.started';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: SupportSessionStartedData;
};

export type SwitchBusinessRequest = {
  /** cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default */
  transport?: SessionTransport;
  businessId: string;
};

export type SwitchResponse = {
  session: SessionTokenResponse;
  member: MemberResponse;
  business: BusinessResponse;
};

/** This is a system member */
export type SystemMemberProblem = ProblemResponse & { code: 'system_member'; status: 409 };

export type TargetResponse = { type: string; id: string | null };

/** A targeting key is required */
export type TargetingKeyMissingProblem = ProblemResponse & {
  code: 'targeting_key_missing';
  status: 400;
};

/** Team member not found */
export type TeamMemberNotFoundProblem = ProblemResponse & {
  code: 'team_member_not_found';
  status: 404;
};

/** Too many concurrent requests of this business */
export type TooManyAtOnceProblem = ProblemResponse & { code: 'too_many_at_once'; status: 429 };

/** You own the maximum number of businesses */
export type TooManyBusinessesProblem = ProblemResponse & {
  code: 'too_many_businesses';
  status: 409;
};

/** There are too many passkeys */
export type TooManyPasskeysProblem = ProblemResponse & { code: 'too_many_passkeys'; status: 409 };

/** Too many streams are open */
export type TooManyStreamsProblem = ProblemResponse & { code: 'too_many_streams'; status: 429 };

/** The body has too many fields and list entries */
export type TooManyValuesProblem = ProblemResponse & { code: 'too_many_values'; status: 413 };

/** There are 20 webhook endpoints already */
export type TooManyWebhookEndpointsProblem = ProblemResponse & {
  code: 'too_many_webhook_endpoints';
  status: 409;
};

export type TotpFactorResponse = { confirmedAt: string };

export type TotpSetupResponse = {
  /** Base32, for typing; shown only once */
  secret: string;
  /** What the QR code says */
  uri: string;
  /** The QR code, as SVG */
  qr: string;
};

export type TrialEndingData = { subscriptionId: string; trialEndsAt: string };

/** The trial ends within three days */
export type TrialEndingEvent = {
  type: 'trial.ending';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: TrialEndingData;
};

/** A valid credential is required */
export type UnauthenticatedProblem = ProblemResponse & { code: 'unauthenticated'; status: 401 };

export type UnreadResponse = {
  /** That you have not read; 100: or more */
  unreadCount: number;
};

/** Send application/json in UTF-8 */
export type UnsupportedMediaTypeProblem = ProblemResponse & {
  code: 'unsupported_media_type';
  status: 415;
};

export type UpdateApplicationRequest = {
  name?: string;
  bundleId?: string | null;
  platform?: Platform | null;
  /** Of the platform `web` only: whose pages may call the SDK routes from a browser (CORS) */
  origins?: readonly string[];
};

export type UpdateBusinessRequest = {
  name?: string;
  /** Switching it off ends running support sessions */
  supportAccess?: boolean;
  /** Members without a second factor may then only set one up, from their next request on */
  requireSecondFactor?: boolean;
};

export type UpdateFeatureRequest = {
  name?: string;
  unit?: string | null;
  visibility?: FeatureVisibility;
  /** An archived feature gets no new grants; usage still counts */
  archived?: boolean;
  /** Flags, also declared ones: evaluations with a targeting key (OFREP) obey it; null: the plan decides */
  rollout?: RolloutFields | null;
};

export type UpdateMeRequest = { fullName: string };

export type UpdateNotificationPreferencesRequest = {
  /** Those that change; of two for one type the last counts */
  preferences: readonly NotificationPreferenceRequest[];
};

export type UpdateNotificationsRequest = {
  /** Of notifications */
  ids: readonly string[];
  read: boolean;
};

export type UpdatePlanRequest = {
  /** Default for a new plan: empty */
  description?: string;
  /** Default for a new plan: 0 */
  trialDays?: number;
  /** Grace period of past_due. Default for a new plan: 7 */
  graceDays?: number;
  /** Default for a new plan: default_plan */
  afterGrace?: AfterGrace;
  /** Default for a new plan: true */
  renews?: boolean;
  /** Listed and selectable by owners. Default for a new plan: true */
  public?: boolean;
  /** The plan of new businesses; true replaces the current default plan. Default for a new plan: false */
  default?: boolean;
  name?: string;
  /** A change creates a version, which subscribers get at their next period */
  price?: PlanPriceRequest;
  /** A change creates a version, which subscribers get at their next period */
  interval?: PlanIntervalRequest;
  /** For all subscribers at once; features not named stay, null takes a grant away */
  features?: {
    applications?: LimitGrantResponse | null;
    recordings?: LimitGrantResponse | null;
    seats?: LimitGrantResponse | null;
    [key: string]: LimitGrantResponse | FlagGrantResponse | ConfigGrantResponse | null | undefined;
  };
  /** The same of metered and allocated features in short: a hard limit, or null for unlimited. Limits not named stay */
  limits?: {
    applications?: number | null;
    recordings?: number | null;
    seats?: number | null;
    [key: string]: number | null | undefined;
  };
};

export type UpdateSubscriptionRequest = {
  /** Whether another period follows the current one */
  autoRenew: boolean;
};

export type UpdateWebhookEndpointRequest = {
  url?: string;
  /** Types of events (`webhooks` of this document), or `*` for all that you may read */
  types?: readonly string[];
  ordered?: boolean;
  description?: string | null;
};

export type UsageData = { feature: string };

export type UsageDayResponse = {
  /** In UTC */
  day: string;
  used: number;
};

export type UsageEventResponse = {
  eventId: string;
  feature: string;
  amount: number;
  createdAt: string;
  usage: MeteredUsageResponse;
};

export type UsageExceedsPlanMembers = { conflicts: readonly PlanConflictResponse[] };

/** More is in use than the plan allows */
export type UsageExceedsPlanProblem = ProblemResponse &
  UsageExceedsPlanMembers & { code: 'usage_exceeds_plan'; status: 409 };

export type UsageExplanationResponse = {
  used: number;
  /** The allowance; null: unlimited */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited */
  remaining: number | null;
  /** When used starts again from zero; null: never */
  resetsAt: string | null;
  /** Unspent credits, spent after the allowance */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered */
  overLimit: boolean;
  feature: string;
  kind: FeatureKind;
  /** The part of `used` paid by credits */
  credited: number;
  /** The part of `used` that a plan change carried over */
  carriedOver: number;
  /** What open reservations hold; not used yet, and not in `remaining` */
  reserved: number;
  /** What paid for `used` and pays for the next recordings, in this order: the plan, credits, then credits with nothing left */
  sources: readonly UsageSourceResponse[];
  /** The last 20 that count in this period */
  recent: readonly CountedRecordingResponse[];
};

export type UsageHistoryResponse = {
  bucket: HistoryBucket;
  /** The days with usage, oldest first */
  data: readonly UsageDayResponse[];
};

export type UsageLevelData = {
  feature: string;
  /** Of the limit, that was reached */
  percentage: number;
  /** At that moment */
  used: number;
  limit: number;
};

/** A limit was wholly used. Once for each period, within a minute */
export type UsageLimitReachedEvent = {
  type: 'usage.limit_reached';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: UsageLevelData;
};

/** After a percentage was reached: usage is below all of them again, by a new period, a new day or a larger plan. Within a minute */
export type UsageResetEvent = {
  type: 'usage.reset';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: UsageData;
};

export type UsageResponse = {
  applications: AllocatedUsageResponse;
  recordings: MeteredUsageResponse;
  seats: AllocatedUsageResponse;
  [key: string]: MeteredUsageResponse | AllocatedUsageResponse | undefined;
};

export type UsageSourceKind = 'plan' | 'business' | 'credit';

export type UsageSourceResponse = {
  /** `business`: its own grant, in place of the plan */
  kind: UsageSourceKind;
  /** Of the credit; null for the others */
  id: string | null;
  /** In this period; the sources add up to its `used` */
  used: number;
  limit: number | null;
  /** What is reserved is not taken off any source */
  remaining: number | null;
  /** When the rest of a credit expires */
  expiresAt: string | null;
};

/** A percentage of a limit was reached; PUT /v1/usage/{feature}/alerts sets which. Once for each period, within a minute */
export type UsageThresholdReachedEvent = {
  type: 'usage.threshold_reached';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: UsageLevelData;
};

export type UsageVerificationResponse = {
  /** The value of the counter */
  counter: number;
  /** The rows and units of events that count now, deleted rows of metered features included, plus usage carried over by a plan change */
  rows: number;
  equal: boolean;
};

export type ValidationFailedMembers = { errors: readonly FieldFaultResponse[] };

/** Some fields are not valid */
export type ValidationFailedProblem = ProblemResponse &
  ValidationFailedMembers & { code: 'validation_failed'; status: 422 };

/** This link is no longer valid */
export type VerificationTokenInvalidProblem = ProblemResponse & {
  code: 'verification_token_invalid';
  status: 410;
};

export type VerifyEmailRequest = {
  /** From the mail */
  token: string;
};

/** Webhook delivery not found */
export type WebhookDeliveryNotFoundProblem = ProblemResponse & {
  code: 'webhook_delivery_not_found';
  status: 404;
};

export type WebhookDeliveryPage = {
  data: readonly WebhookDeliveryResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type WebhookDeliveryResponse = {
  id: string;
  /** The `webhook-id` of every try */
  eventId: string;
  type: string;
  /** Null: a test */
  sequence: number | null;
  status: WebhookDeliveryStatus;
  tries: number;
  nextTryAt: string | null;
  createdAt: string;
  deliveredAt: string | null;
  lastTry: WebhookTryResponse | null;
};

export type WebhookDeliveryStatus = 'pending' | 'delivered' | 'failed';

export type WebhookDisabledReason = 'by_person' | 'gone' | 'failing';

export type WebhookEndpointDisabledData = {
  webhookEndpointId: string;
  reason: WebhookDisabledReason;
};

/** The server sends nothing more to an endpoint: it answered 410, took nothing for five days, or a person disabled it */
export type WebhookEndpointDisabledEvent = {
  type: 'webhook_endpoint.disabled';
  timestamp: string;
  businessId: string;
  sequence: number;
  data: WebhookEndpointDisabledData;
};

/** This webhook endpoint is disabled */
export type WebhookEndpointDisabledProblem = ProblemResponse & {
  code: 'webhook_endpoint_disabled';
  status: 409;
};

/** Webhook endpoint not found */
export type WebhookEndpointNotFoundProblem = ProblemResponse & {
  code: 'webhook_endpoint_not_found';
  status: 404;
};

export type WebhookEndpointPage = {
  data: readonly WebhookEndpointResponse[];
  /** Pass it as ?cursor= to get the next page; null on the last page */
  nextCursor: string | null;
};

export type WebhookEndpointResponse = {
  id: string;
  url: string;
  description: string | null;
  /** Types of events (`webhooks` of this document), or `*` for all that you may read */
  types: readonly string[];
  ordered: boolean;
  status: WebhookEndpointStatus;
  disabledReason: WebhookDisabledReason | null;
  /** Until then the secret before the last rotation signs too */
  previousSecretEndsAt: string | null;
  createdAt: string;
};

export type WebhookEndpointStatus = 'enabled' | 'disabled';

export type WebhookEndpointWithSecretResponse = {
  id: string;
  url: string;
  description: string | null;
  /** Types of events (`webhooks` of this document), or `*` for all that you may read */
  types: readonly string[];
  ordered: boolean;
  status: WebhookEndpointStatus;
  disabledReason: WebhookDisabledReason | null;
  /** Until then the secret before the last rotation signs too */
  previousSecretEndsAt: string | null;
  createdAt: string;
  /** Verifies the signatures. Shown only once */
  secret: string;
};

/** The event was handled already */
export type WebhookEventHandledProblem = ProblemResponse & {
  code: 'webhook_event_handled';
  status: 409;
};

/** Event not found */
export type WebhookEventNotFoundProblem = ProblemResponse & {
  code: 'webhook_event_not_found';
  status: 404;
};

export type WebhookReceivedResponse = {
  /** The id of the event, which is stored */
  received: string;
};

/** A replay to this endpoint is still running */
export type WebhookReplayRunningProblem = ProblemResponse & {
  code: 'webhook_replay_running';
  status: 409;
};

/** The signature does not match the body */
export type WebhookSignatureInvalidProblem = ProblemResponse & {
  code: 'webhook_signature_invalid';
  status: 400;
};

export type WebhookTryResponse = {
  at: string;
  /** Of the answer; null: none came */
  status: number | null;
  durationMs: number;
  /** Why no answer came */
  error: string | null;
  /** The beginning of the answer, 1 KiB at most; none from an allowed private network */
  text: string | null;
};

/** This API key is bound to another application */
export type WrongApplicationProblem = ProblemResponse & { code: 'wrong_application'; status: 403 };

/** This kind of credential cannot call this route */
export type WrongCredentialKindProblem = ProblemResponse & {
  code: 'wrong_credential_kind';
  status: 403;
};

/** Wrong current password */
export type WrongPasswordProblem = ProblemResponse & { code: 'wrong_password'; status: 403 };
