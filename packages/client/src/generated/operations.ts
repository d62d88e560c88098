// Generated from openapi.json by scripts/generate-client.js.

import type { NoParameters, Operation } from '../operation.ts';
import type { JsonObject } from '../json.ts';
import type * as problems from './problems.ts';
import type {
  AcceptInvitationRequest,
  AcceptedInvitationResponse,
  AlertsRequest,
  AlertsResponse,
  ApiKeyPage,
  ApplicationPage,
  ApplicationResponse,
  AssignPlanRequest,
  AssignRoleRequest,
  AuditLogPage,
  BatchResponse,
  BeginOwnSignInRequest,
  BeginSignInRequest,
  BegunOwnSignInResponse,
  BegunSignInResponse,
  BillingResponse,
  BusinessGrantPage,
  BusinessGrantResponse,
  BusinessRequest,
  BusinessResponse,
  CancelRequest,
  ChangeEmailRequest,
  ChangePasswordRequest,
  ChangePlanRequest,
  CheckEntitlementRequest,
  CheckoutSessionResponse,
  CommitRequest,
  ConfirmTotpRequest,
  ConfirmedEmailChangeResponse,
  CreateApiKeyRequest,
  CreateApplicationRequest,
  CreateBusinessRequest,
  CreateCheckoutRequest,
  CreateFeatureRequest,
  CreateInvitationRequest,
  CreatePasskeyRequest,
  CreatePlanRequest,
  CreateRecordingBatchRequest,
  CreateRecordingRequest,
  CreateServiceKeyRequest,
  CreateWebhookEndpointRequest,
  CreatedApiKeyResponse,
  CreatedPasskeyResponse,
  CreatedRecordingResponse,
  CreatedServiceKeyResponse,
  CreditPage,
  CreditResponse,
  DomainRequest,
  EmailChangeTokenRequest,
  EntitlementCheckResponse,
  EntitlementsResponse,
  EvaluationRequest,
  EvaluationResponse,
  EvaluationsResponse,
  EventBatchResponse,
  EventPage,
  EventResponse,
  ExchangeRequest,
  FeaturePage,
  FeatureResponse,
  FeatureUsageExplanationResponse,
  FeatureUsageResponse,
  FinishSignInRequest,
  FinishedOwnSignInResponse,
  ForgotPasswordRequest,
  GrantCreditRequest,
  GrantToBusinessRequest,
  HealthResponse,
  HistoryBucket,
  IdentitiesResponse,
  IdentityResponse,
  InboxEventResponse,
  InboxPage,
  InboxState,
  InvitationDetailsResponse,
  InvitationPage,
  InvitationResponse,
  InvoicePage,
  JobPage,
  JobResponse,
  JobState,
  JoinRequest,
  JoinResponse,
  LinkIdentityRequest,
  LoginRequest,
  LoginResponse,
  MeResponse,
  MemberPage,
  MemberResponse,
  MembershipPage,
  NotificationFilter,
  NotificationPage,
  NotificationPreferencesResponse,
  OpenSupportSessionRequest,
  OpenedSupportSessionResponse,
  OwnEmailResponse,
  OwnFactorsResponse,
  PasskeyLoginRequest,
  PasskeyOptionsResponse,
  PasskeyResponse,
  PeriodPage,
  PlanChangeResponse,
  PlanPage,
  PlanResponse,
  PortalSessionResponse,
  ProviderAnswerRequest,
  ProvidersResponse,
  ReadAllRequest,
  ReauthenticateRequest,
  RecordEventBatchRequest,
  RecordEventRequest,
  RecordingPage,
  RecordingResponse,
  RecoveryCodesResponse,
  ReleaseEventRequest,
  ReleaseResponse,
  RenamePasskeyRequest,
  ReplayWebhooksRequest,
  ReservationResponse,
  ReserveRequest,
  ResetPasswordRequest,
  RotateKeyRequest,
  SdkStatusResponse,
  SecondStepRequest,
  ServiceKeyPage,
  SessionPage,
  SetSsoRequest,
  SignupRequest,
  SignupResponse,
  SsoResponse,
  SsoTestResponse,
  StaffAuditLogPage,
  StaffBusinessPage,
  StaffBusinessResponse,
  StaffLoginRequest,
  StaffLoginResponse,
  StaffMeResponse,
  StaffPasskeyLoginRequest,
  StaffPlanPage,
  StreamFollow,
  SubscriptionEventPage,
  SubscriptionResponse,
  SupportSessionPage,
  SwitchBusinessRequest,
  SwitchResponse,
  TotpSetupResponse,
  UnreadResponse,
  UpdateApplicationRequest,
  UpdateBusinessRequest,
  UpdateFeatureRequest,
  UpdateMeRequest,
  UpdateNotificationPreferencesRequest,
  UpdateNotificationsRequest,
  UpdatePlanRequest,
  UpdateSubscriptionRequest,
  UpdateWebhookEndpointRequest,
  UsageEventResponse,
  UsageExplanationResponse,
  UsageHistoryResponse,
  UsageResponse,
  UsageVerificationResponse,
  VerifyEmailRequest,
  WebhookDeliveryPage,
  WebhookDeliveryResponse,
  WebhookDeliveryStatus,
  WebhookEndpointPage,
  WebhookEndpointResponse,
  WebhookEndpointWithSecretResponse,
  WebhookReceivedResponse,
} from './schemas.ts';

/** Any operation may fail with these. */
export type CommonFailure =
  | problems.DatabaseUnavailableError
  | problems.HeadersTooLargeError
  | problems.InternalError
  | problems.MalformedRequestError
  | problems.OverloadedError
  | problems.ValidationFailedError;

/** Liveness: the process runs */
export const healthLive: Operation<NoParameters, HealthResponse, CommonFailure> = {
  method: 'GET',
  path: '/health/live',
};

/** Readiness: the database accepts writes, migrations and queue are present; 503 with the reason otherwise. Queries the database at most once a second. */
export const healthReady: Operation<
  NoParameters,
  HealthResponse,
  problems.NotReadyError | CommonFailure
> = {
  method: 'GET',
  path: '/health/ready',
};

/** What Prometheus scrapes, in its text format. Requires `METRICS_TOKEN` as a bearer token where it is set. */
export const metricsRead: Operation<
  NoParameters,
  string,
  problems.UnauthenticatedError | CommonFailure
> = {
  method: 'GET',
  path: '/metrics',
};

/** All flags and values of the business; 304 where the client has this answer */
export const flagEvaluateAll: Operation<
  {
    /** With a service key: the business that this is about */
    businessId?: string;
    body?: EvaluationRequest;
  },
  EvaluationsResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InsufficientScopeError
  | problems.InvalidContextError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags',
};

/** One flag or value of the business */
export const flagEvaluate: Operation<
  {
    key: string;
    /** With a service key: the business that this is about */
    businessId?: string;
    body?: EvaluationRequest;
  },
  EvaluationResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FlagNotFoundError
  | problems.InsufficientScopeError
  | problems.InvalidContextError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TargetingKeyMissingError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags/{key}',
};

/** The API keys of the business, newest first, revoked and expired ones included */
export const apiKeyList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  ApiKeyPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/api-keys',
};

/** Create an API key; it is shown only once */
export const apiKeyCreate: Operation<
  { body: CreateApiKeyRequest },
  CreatedApiKeyResponse,
  | problems.ApplicationNotFoundError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/api-keys',
  takesIdempotencyKey: true,
};

/** Revoke an API key at once */
export const apiKeyRevoke: Operation<
  { id: string },
  undefined,
  | problems.ApiKeyNotFoundError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
};

/** Replace an API key; both work during the overlap */
export const apiKeyRotate: Operation<
  { id: string; body: RotateKeyRequest },
  CreatedApiKeyResponse,
  | problems.ApiKeyAlreadyRotatedError
  | problems.ApiKeyNotFoundError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/api-keys/{id}/rotate',
  takesIdempotencyKey: true,
};

/** The applications of the business, newest first */
export const applicationList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  ApplicationPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/applications',
};

/** Create an application, within the limit of the plan */
export const applicationCreate: Operation<
  { body: CreateApplicationRequest },
  ApplicationResponse,
  | problems.BodyTooLargeError
  | problems.BundleIdTakenError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.LimitReachedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/applications',
  takesIdempotencyKey: true,
};

/** One application */
export const applicationGet: Operation<
  { id: string },
  ApplicationResponse,
  | problems.ApplicationNotFoundError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/applications/{id}',
};

/** Change an application; null clears a field */
export const applicationUpdate: Operation<
  { id: string; body?: UpdateApplicationRequest },
  ApplicationResponse,
  | problems.ApplicationNotFoundError
  | problems.BodyTooLargeError
  | problems.BundleIdTakenError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/applications/{id}',
};

/** Delete an application; its recordings stay, and API keys bound to it are revoked */
export const applicationDelete: Operation<
  { id: string },
  undefined,
  | problems.ApplicationNotFoundError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/applications/{id}',
};

/** Who did what in this business, newest first */
export const auditLogList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** One of `Action`; no entry has another */
    action?: string;
    actorId?: string;
    /** At or after this moment */
    from?: string;
    /** Before this moment */
    to?: string;
  },
  AuditLogPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/audit-log',
};

/** Confirm a change of address with the key from the mail to the old or the new one. With both, the address changes; for a week, the old one can undo it. */
export const emailChangeConfirm: Operation<
  { body: EmailChangeTokenRequest },
  ConfirmedEmailChangeResponse,
  | problems.BodyTooLargeError
  | problems.EmailChangeTokenInvalidError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/email/change/confirm',
  takesIdempotencyKey: true,
};

/** Take the old address back, with the key from the mail to it; ends every session */
export const emailChangeUndo: Operation<
  { body: EmailChangeTokenRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.EmailChangeTokenInvalidError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/email/change/undo',
  takesIdempotencyKey: true,
};

/** Mail the verification link again */
export const emailResend: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/email/resend',
  takesIdempotencyKey: true,
};

/** Verify the address with the key from the mail */
export const emailVerify: Operation<
  { body: VerifyEmailRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | problems.VerificationTokenInvalidError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/email/verify',
  takesIdempotencyKey: true,
};

/** Log in with a token of an issuer that this installation trusts. The session ends EXCHANGE_MINUTES after the token. A person who is seen for the first time joins a business by an invitation, or where the token names one. */
export const sessionExchange: Operation<
  { body: ExchangeRequest },
  LoginResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.EmailNotProvenError
  | problems.EmailTakenError
  | problems.ExpectationFailedError
  | problems.ForeignTokenInvalidError
  | problems.IdentityNotLinkedError
  | problems.IssuerUnavailableError
  | problems.LimitReachedError
  | problems.MfaRequiredError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/exchange',
};

/** Log in: to one business, or without one. Without `businessId`, to the active business used last, else to a deactivated one. A person without a business gets a session with `member` and `business` null, which can create a business, accept an invitation or switch. */
export const sessionCreate: Operation<
  { body: LoginRequest },
  LoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InvalidCredentialsError
  | problems.MfaRequiredError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/login',
};

/** End this session */
export const sessionEnd: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/logout',
  takesIdempotencyKey: true,
};

/** The second step of a login: a passkey, a code, or a recovery code. Five wrong answers end the token; they count for the account as guesses do. */
export const sessionVerify: Operation<
  { body: SecondStepRequest },
  LoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.MfaTokenInvalidError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/mfa/verify',
};

/** Log in with a passkey, without a password. Two factors in one, so no second step follows. For the rest, as a login. */
export const sessionCreateByPasskey: Operation<
  { body: PasskeyLoginRequest },
  LoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/passkeys/login',
};

/** Begin a login by passkey; the answer is the same for all callers */
export const sessionAskPasskey: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/passkeys/options',
};

/** Mail a password reset link, if the address is known; the answer is the same if not */
export const passwordForgot: Operation<
  { body: ForgotPasswordRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/password/forgot',
  takesIdempotencyKey: true,
};

/** Set a new password with the key from the mail; ends every session */
export const passwordReset: Operation<
  { body: ResetPasswordRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.PasswordTooWeakError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.ResetTokenInvalidError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/password/reset',
  takesIdempotencyKey: true,
};

/** The identity providers to sign in with */
export const signInListProviders: Operation<
  {
    /** Also tells how the company of this domain signs in */
    email?: string;
  },
  ProvidersResponse,
  problems.RateLimitedError | CommonFailure
> = {
  method: 'GET',
  path: '/v1/auth/providers',
};

/** Prove again who I am, for what needs a proof of the last 10 minutes */
export const sessionProve: Operation<
  { body?: ReauthenticateRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | problems.WrongPasswordError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/reauthenticate',
};

/** Begin a proof by passkey, for POST /v1/auth/reauthenticate */
export const sessionAskProof: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/reauthenticate/options',
};

/** Begin to sign in with an identity provider. Send the browser to `url`. The provider sends it back to the redirect URI, with a query for POST /v1/auth/sign-ins/finish. */
export const signInBegin: Operation<
  { body: BeginSignInRequest },
  BegunSignInResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IssuerUnavailableError
  | problems.ProviderNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/sign-ins',
};

/** Log in with what the identity provider has answered. In the browser that has begun, within 10 minutes, once. */
export const sessionSignIn: Operation<
  { body: FinishSignInRequest },
  LoginResponse,
  | problems.AlreadyMemberError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.EmailNotProvenError
  | problems.EmailTakenError
  | problems.ExpectationFailedError
  | problems.IdentityNotLinkedError
  | problems.InvitationExpiredError
  | problems.InvitationForAnotherEmailError
  | problems.InvitationNotFoundError
  | problems.InvitationRevokedError
  | problems.InvitationUsedError
  | problems.IssuerUnavailableError
  | problems.LimitReachedError
  | problems.MfaRequiredError
  | problems.ProviderNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SignInExpiredError
  | problems.SignInInvalidError
  | problems.SignInRefusedError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/sign-ins/finish',
};

/** Create a business with its owner, subscription and API key; or, with an activation key, join the inviting one. With an activation key the answer has `business`, `member` and `session` only. */
export const businessSignUp: Operation<
  { body: SignupRequest | JoinRequest },
  SignupResponse | JoinResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.EmailTakenError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvitationExpiredError
  | problems.InvitationNotFoundError
  | problems.InvitationRevokedError
  | problems.InvitationUsedError
  | problems.LimitReachedError
  | problems.PasswordTooWeakError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/auth/signup',
  takesIdempotencyKey: true,
};

/** The payment provider, the payment method and the next invoice */
export const billingGet: Operation<
  NoParameters,
  BillingResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/billing',
};

/** Open a checkout page for a plan. The page charges the price of the plan. Another request for the same plan returns the same page while it is open; one for another plan closes it. The subscription begins when it is paid. */
export const billingOpenCheckout: Operation<
  { body: CreateCheckoutRequest },
  CheckoutSessionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PaymentRequiredError
  | problems.PermissionDeniedError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionExistsError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.UsageExceedsPlanError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/billing/checkout-sessions',
  takesIdempotencyKey: true,
};

/** Invoices, newest first */
export const billingListInvoices: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  InvoicePage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/billing/invoices',
};

/** Open the customer portal for cards and invoices */
export const billingOpenPortal: Operation<
  NoParameters,
  PortalSessionResponse,
  | problems.BillingAccountMissingError
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/billing/portal-sessions',
  takesIdempotencyKey: true,
};

/** The business of this session */
export const businessGet: Operation<
  NoParameters,
  BusinessResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/business',
};

/** Rename the business, switch support access, or demand a second factor of its people */
export const businessUpdate: Operation<
  { body?: UpdateBusinessRequest },
  BusinessResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/business',
};

/** The identity provider of the business */
export const ssoGet: Operation<
  NoParameters,
  SsoResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SsoNotFoundError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/business/sso',
};

/** Set it; what is left out has its default */
export const ssoSet: Operation<
  { body: SetSsoRequest },
  SsoResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PUT',
  path: '/v1/business/sso',
};

/** Remove it with its domains: members can no longer log in with it */
export const ssoRemove: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SsoNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/business/sso',
};

/** Look for the DNS record of one of its domains */
export const ssoProveDomain: Operation<
  { body: DomainRequest },
  SsoResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.DomainNotFoundError
  | problems.DomainNotProvenError
  | problems.DomainTakenError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SsoNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/business/sso/domains',
};

/** Ask the provider whether it is there */
export const ssoTest: Operation<
  NoParameters,
  SsoTestResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SsoNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/business/sso/test',
};

/** Create a business, or another one, owned by the caller */
export const businessCreate: Operation<
  { body: CreateBusinessRequest },
  SignupResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyBusinessesError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/businesses',
  takesIdempotencyKey: true,
};

/** All that the business has now: limits and usage, flags and values. With all that was changed through this process, and by others more than a second ago. With `If-None-Match`: 304 where nothing has changed. */
export const entitlementList: Operation<
  {
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  EntitlementsResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/entitlements',
};

/** Whether a business may have more of a feature; advice, since it reserves nothing. Another request may take the rest before yours is counted. Count first, and do the work when it was counted. */
export const entitlementCheck: Operation<
  { body: CheckEntitlementRequest },
  EntitlementCheckResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.ExpectationFailedError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/entitlements/check',
};

/** What happened in this business, of the types whose things you may read */
export const eventList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** Oldest first, the events after this sequence; 0: from the oldest that is kept. Without it: newest first */
    after?: number;
    /** One of `EventType` */
    type?: string;
  },
  EventPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.EventsGoneError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/events',
};

/** One event */
export const eventGet: Operation<
  { id: string },
  EventResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessEventNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/events/{id}',
};

/** Invitations, newest first, with their status */
export const invitationList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  InvitationPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/invitations',
};

/** Invite a person by e-mail; only the mail contains the key */
export const invitationCreate: Operation<
  { body: CreateInvitationRequest },
  InvitationResponse,
  | problems.AlreadyMemberError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.LimitReachedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/invitations',
  takesIdempotencyKey: true,
};

/** Join the business that invited me */
export const invitationAccept: Operation<
  { body: AcceptInvitationRequest },
  AcceptedInvitationResponse,
  | problems.AlreadyMemberError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvitationExpiredError
  | problems.InvitationForAnotherEmailError
  | problems.InvitationNotFoundError
  | problems.InvitationRevokedError
  | problems.InvitationUsedError
  | problems.LimitReachedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/invitations/accept',
  takesIdempotencyKey: true,
};

/** The details of an invitation, for the sign-up form; does not use up the key */
export const invitationLookUp: Operation<
  { activationKey: string },
  InvitationDetailsResponse,
  | problems.InvitationExpiredError
  | problems.InvitationNotFoundError
  | problems.InvitationRevokedError
  | problems.InvitationUsedError
  | problems.RateLimitedError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/invitations/lookup',
};

/** Revoke an invitation and its link */
export const invitationRevoke: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InvitationNotFoundError
  | problems.InvitationUsedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/invitations/{id}',
};

/** Mail a new link; invalidates the old one */
export const invitationResend: Operation<
  { id: string },
  undefined,
  | problems.AlreadyMemberError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvitationNotFoundError
  | problems.InvitationRevokedError
  | problems.InvitationUsedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/invitations/{id}/resend',
  takesIdempotencyKey: true,
};

/** My account, my business if any, and my permissions */
export const meGet: Operation<
  NoParameters,
  MeResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me',
};

/** Change my name */
export const meUpdate: Operation<
  { body: UpdateMeRequest },
  MeResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/me',
};

/** The businesses I belong to, the latest joined first */
export const meListBusinesses: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  MembershipPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me/businesses',
};

/** My address, and the one that waits to take its place */
export const emailChangeGet: Operation<
  NoParameters,
  OwnEmailResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me/email',
};

/** Change my address: both get a mail, and both confirm within 24 hours. In place of an earlier request. The answer is the same where another person has the address. */
export const emailChangeRequest: Operation<
  { body: ChangeEmailRequest },
  OwnEmailResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/email',
  takesIdempotencyKey: true,
};

/** Cancel the change of my address that waits */
export const emailChangeCancel: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.EmailChangeNotFoundError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/email',
};

/** The sign-ins with identity providers that open my account */
export const identityList: Operation<
  NoParameters,
  IdentitiesResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me/identities',
};

/** Link a sign-in that was refused because my account was there already */
export const identityLink: Operation<
  { body?: LinkIdentityRequest },
  IdentityResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.EmailNotProvenError
  | problems.EmailNotVerifiedError
  | problems.ExpectationFailedError
  | problems.ForeignTokenInvalidError
  | problems.IdentityTakenError
  | problems.IssuerUnavailableError
  | problems.LinkTokenInvalidError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SessionOfCompanyError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/identities',
};

/** Unlink one: it opens my account no longer */
export const identityUnlink: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdentityNotFoundError
  | problems.LastWayInError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/identities/{id}',
};

/** My second factor */
export const secondFactorGet: Operation<
  NoParameters,
  OwnFactorsResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me/mfa',
};

/** Register a passkey; ends my other sessions, and I get a mail */
export const passkeyCreate: Operation<
  { body: CreatePasskeyRequest },
  CreatedPasskeyResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyExistsError
  | problems.PasskeyInvalidError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SessionOfCompanyError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyPasskeysError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/mfa/passkeys',
};

/** Begin to register a passkey */
export const passkeyBegin: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SessionOfCompanyError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyPasskeysError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/mfa/passkeys/options',
};

/** Rename one of my passkeys */
export const passkeyRename: Operation<
  { id: string; body: RenamePasskeyRequest },
  PasskeyResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/me/mfa/passkeys/{id}',
};

/** Remove one of my passkeys; ends my other sessions, and I get a mail */
export const passkeyDelete: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.LastWayInError
  | problems.PasskeyNotFoundError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/mfa/passkeys/{id}',
};

/** Ten new recovery codes; those of before no longer work */
export const secondFactorRenewCodes: Operation<
  NoParameters,
  RecoveryCodesResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/mfa/recovery-codes',
};

/** Cancel the operator's reset of my second factor */
export const secondFactorCancelReset: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/mfa/reset',
};

/** Set up an authenticator app: its secret counts once a code is confirmed */
export const secondFactorBegin: Operation<
  NoParameters,
  TotpSetupResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorExistsError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/mfa/totp',
};

/** Remove my authenticator app, and the recovery codes with the last factor; ends my other sessions */
export const secondFactorRemove: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/mfa/totp',
};

/** Confirm it with a code; ends my other sessions, and shows the recovery codes, if none are left */
export const secondFactorConfirm: Operation<
  { body: ConfirmTotpRequest },
  RecoveryCodesResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorExistsError
  | problems.SecondFactorNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/mfa/totp/confirm',
};

/** Change my password; ends my other sessions. A session in a cookie ends too: the answer sets another. */
export const passwordChange: Operation<
  { body: ChangePasswordRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.PasswordTooWeakError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | problems.WrongPasswordError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/password',
  takesIdempotencyKey: true,
};

/** My sessions, in all my businesses, newest first */
export const sessionList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  SessionPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/me/sessions',
};

/** End one of my sessions */
export const sessionRevoke: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SessionNotFoundError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/me/sessions/{id}',
};

/** Begin to link an identity provider, or to prove with it who I am. As POST /v1/auth/sign-ins; the session takes the place of `handle`. */
export const signInBeginOwn: Operation<
  { body: BeginOwnSignInRequest },
  BegunOwnSignInResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IssuerUnavailableError
  | problems.ProviderNotFoundError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/sign-ins',
};

/** Link it, or note the proof, with what the identity provider has answered */
export const signInFinishOwn: Operation<
  { body: ProviderAnswerRequest },
  FinishedOwnSignInResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.EmailNotProvenError
  | problems.EmailNotVerifiedError
  | problems.ExpectationFailedError
  | problems.IdentityNotFoundError
  | problems.IdentityTakenError
  | problems.IssuerUnavailableError
  | problems.ProofNotFreshError
  | problems.ProviderNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SessionOfCompanyError
  | problems.SignInExpiredError
  | problems.SignInInvalidError
  | problems.SignInRefusedError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/sign-ins/finish',
};

/** Open a session in another of my businesses; this one stays open */
export const sessionSwitch: Operation<
  { body: SwitchBusinessRequest },
  SwitchResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CookieNeedsHttpsError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SessionOfCompanyError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/me/switch',
  takesIdempotencyKey: true,
};

/** Which notifications you get by mail */
export const notificationPreferenceList: Operation<
  NoParameters,
  NotificationPreferencesResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/notification-preferences',
};

/** Switch mails on or off, by type */
export const notificationPreferenceUpdate: Operation<
  { body: UpdateNotificationPreferencesRequest },
  NotificationPreferencesResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/notification-preferences',
};

/** What others did that you may read, newest first */
export const notificationList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** `true`: those that you have not read */
    unread?: NotificationFilter;
  },
  NotificationPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/notifications',
};

/** Mark some as read, or as unread */
export const notificationUpdate: Operation<
  { body: UpdateNotificationsRequest },
  UnreadResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.NotificationNotFoundError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/notifications',
};

/** Mark all as read */
export const notificationReadAll: Operation<
  { body?: ReadAllRequest },
  UnreadResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/notifications/read-all',
  takesIdempotencyKey: true,
};

/** The public plans, cheapest first */
export const planList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  PlanPage,
  problems.RateLimitedError | CommonFailure
> = {
  method: 'GET',
  path: '/v1/plans',
};

/** Store a recording and count it. Retries are idempotent: 200 with the first recording and `Idempotency-Replayed: true`, counted once. Takes a gzip body. */
export const recordingCreate: Operation<
  { body: CreateRecordingRequest },
  CreatedRecordingResponse,
  | problems.ApplicationNotFoundError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CounterBusyError
  | problems.ExpectationFailedError
  | problems.ExternalIdConflictError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.IngestionOverloadedError
  | problems.InsufficientScopeError
  | problems.QuotaExceededError
  | problems.RateLimitedError
  | problems.RecordingDeletedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongApplicationError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/recordings',
  takesIdempotencyKey: true,
};

/** The recordings of the business, newest first */
export const recordingList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    applicationId?: string;
    /** Created at or after this moment */
    from?: string;
    /** Created before this moment */
    to?: string;
  },
  RecordingPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/recordings',
};

/** Store up to 100 recordings, each decided as if sent alone. Takes a body of 2 MiB with 20,000 fields and entries, and gzip. */
export const recordingCreateBatch: Operation<
  { body: CreateRecordingBatchRequest },
  BatchResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InsufficientScopeError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/recordings/batch',
  takesIdempotencyKey: true,
};

/** One recording */
export const recordingGet: Operation<
  { id: string },
  RecordingResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RecordingNotFoundError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/recordings/{id}',
};

/** Delete a recording; its usage is not refunded */
export const recordingDelete: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RecordingNotFoundError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/recordings/{id}',
};

/** Whether a recording sent now would be accepted */
export const sdkStatus: Operation<
  NoParameters,
  SdkStatusResponse,
  | problems.BusinessDeactivatedError
  | problems.InsufficientScopeError
  | problems.RateLimitedError
  | problems.SubscriptionBehindError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/sdk/status',
};

/** The log of one business, or of the installation itself, newest first */
export const staffAuditLogList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** One of `Action`; no entry has another */
    action?: string;
    actorId?: string;
    /** At or after this moment */
    from?: string;
    /** Before this moment */
    to?: string;
    /** The business; without it, the log of the installation: staff and plans */
    businessId?: string;
  },
  StaffAuditLogPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/audit-log',
};

/** Log in as staff; accounts are created by the CLI. Where `STAFF_SECOND_FACTOR` is `required` and the account has none, the session lasts 15 minutes and may only set one up; then it is like any other. */
export const staffSessionCreate: Operation<
  { body: StaffLoginRequest },
  StaffLoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InvalidCredentialsError
  | problems.MfaRequiredError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/login',
};

/** End this session and the support sessions under it */
export const staffSessionEnd: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/logout',
  takesIdempotencyKey: true,
};

/** The second step of a staff login: a passkey, a code, or a recovery code. Five wrong answers end the token; they count for the account as guesses do. */
export const staffSessionVerify: Operation<
  { body: SecondStepRequest },
  StaffLoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.MfaTokenInvalidError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/mfa/verify',
};

/** Log in as staff with a passkey, without a password */
export const staffSessionCreateByPasskey: Operation<
  { body: StaffPasskeyLoginRequest },
  StaffLoginResponse,
  | problems.BodyTooLargeError
  | problems.CookieNeedsHttpsError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/passkeys/login',
};

/** Begin a staff login by passkey; the answer is the same for all callers */
export const staffSessionAskPasskey: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/passkeys/options',
};

/** Prove again who I am, for what needs a proof of the last 10 minutes */
export const staffSessionProve: Operation<
  { body?: ReauthenticateRequest },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.PasskeyInvalidError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | problems.WrongPasswordError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/reauthenticate',
};

/** Begin a proof by passkey, for POST /v1/staff/auth/reauthenticate */
export const staffSessionAskProof: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/auth/reauthenticate/options',
};

/** Find businesses, newest first */
export const staffBusinessList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** Part of the name, or the whole address or id of a member */
    query?: string;
  },
  StaffBusinessPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/businesses',
};

/** A business with its subscription, usage and owners */
export const staffBusinessGet: Operation<
  { id: string },
  StaffBusinessResponse,
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/businesses/{id}',
};

/** Activate a business again. A Stripe subscription that the deactivation had set to end renews again, unless its period has passed or it was canceled. */
export const businessActivate: Operation<
  { id: string },
  StaffBusinessResponse,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/businesses/{id}/activate',
  takesIdempotencyKey: true,
};

/** Grant credits to a business, which are spent after the plan's allowance */
export const creditGrant: Operation<
  { id: string; body: GrantCreditRequest },
  CreditResponse,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/businesses/{id}/credits',
  takesIdempotencyKey: true,
};

/** All credits of a business, spent, expired and void ones included, newest first */
export const creditList: Operation<
  {
    id: string;
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  CreditPage,
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/businesses/{id}/credits',
};

/** Void the unspent rest of a credit */
export const creditVoid: Operation<
  { id: string; creditId: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CreditNotFoundError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/businesses/{id}/credits/{creditId}',
};

/** Deactivate a business: its sessions and keys get 403 from the next request. A paid Stripe subscription runs to the end of its period and is not renewed; `stripe` shows that end. The owner keeps access to subscription, invoices and portal. */
export const businessDeactivate: Operation<
  { id: string },
  StaffBusinessResponse,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/businesses/{id}/deactivate',
  takesIdempotencyKey: true,
};

/** What a business has in place of its plan's grants, expired ones too */
export const entitlementListOwn: Operation<
  {
    id: string;
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  BusinessGrantPage,
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/businesses/{id}/entitlements',
};

/** Give a business its own grant of a feature, in place of its plan's. Replaces an earlier one. Applies to everything that is counted from this answer on. Objects beyond a lower limit stay, and none can be added. */
export const entitlementGrant: Operation<
  { id: string; key: string; body: GrantToBusinessRequest },
  BusinessGrantResponse,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FeatureNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PUT',
  path: '/v1/staff/businesses/{id}/entitlements/{key}',
};

/** Take back a business's own grant: its plan's applies again */
export const entitlementRevoke: Operation<
  { id: string; key: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FeatureNotFoundError
  | problems.OwnGrantNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/businesses/{id}/entitlements/{key}',
};

/** Say that a domain belongs to a business, having made sure */
export const staffSsoProveDomain: Operation<
  { id: string; body: DomainRequest },
  SsoResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.DomainNotFoundError
  | problems.DomainTakenError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SsoNotFoundError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/businesses/{id}/sso-domains',
};

/** Assign any plan to a business, unlisted ones included, at once and free of charge. Usage is carried over; objects beyond the limits of the plan stay, and none can be added. */
export const staffSubscriptionAssign: Operation<
  { id: string; body: AssignPlanRequest },
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InvalidStateError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PlanArchivedError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.StripeSubscriptionExistsError
  | problems.SubscriptionBehindError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PUT',
  path: '/v1/staff/businesses/{id}/subscription',
};

/** What happened to the subscriptions of a business, and why, newest first */
export const staffSubscriptionListHistory: Operation<
  {
    id: string;
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  SubscriptionEventPage,
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/businesses/{id}/subscription/history',
};

/** Open a support session, with a reason and for a limited time; the owners get a mail */
export const supportSessionStart: Operation<
  { id: string; body: OpenSupportSessionRequest },
  OpenedSupportSessionResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CookieNeedsHttpsError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.SupportAccessOffError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/businesses/{id}/support-sessions',
  takesIdempotencyKey: true,
};

/** The features that plans may grant, archived ones too */
export const featureList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  FeaturePage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/features',
};

/** Add a feature, for what other services count or ask for */
export const featureCreate: Operation<
  { body: CreateFeatureRequest },
  FeatureResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FeatureKeyTakenError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/features',
  takesIdempotencyKey: true,
};

/** Rename, show, hide or archive a feature; omitted fields stay */
export const featureUpdate: Operation<
  { key: string; body?: UpdateFeatureRequest },
  FeatureResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FeatureDeclaredError
  | problems.FeatureNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/staff/features/{key}',
};

/** Unfinished jobs, newest first; `state=failed` lists those given up */
export const jobList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    /** Only jobs in this state */
    state?: JobState;
  },
  JobPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/jobs',
};

/** Retry a failed job, with all its tries */
export const jobRetry: Operation<
  { id: string },
  JobResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.JobNotFailedError
  | problems.JobNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/jobs/{id}/retry',
  takesIdempotencyKey: true,
};

/** My staff account and its second factor */
export const staffMeGet: Operation<
  NoParameters,
  StaffMeResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/me',
};

/** Register a passkey; ends my other sessions, and I get a mail */
export const staffPasskeyCreate: Operation<
  { body: CreatePasskeyRequest },
  CreatedPasskeyResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyExistsError
  | problems.PasskeyInvalidError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyPasskeysError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/me/mfa/passkeys',
};

/** Begin to register a passkey */
export const staffPasskeyBegin: Operation<
  NoParameters,
  PasskeyOptionsResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeysUnavailableError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyPasskeysError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/me/mfa/passkeys/options',
};

/** Rename one of my passkeys */
export const staffPasskeyRename: Operation<
  { id: string; body: RenamePasskeyRequest },
  PasskeyResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/staff/me/mfa/passkeys/{id}',
};

/** Remove one of my passkeys; ends my other sessions, and I get a mail */
export const staffPasskeyDelete: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.PasskeyNotFoundError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/me/mfa/passkeys/{id}',
};

/** Ten new recovery codes; those of before no longer work */
export const staffSecondFactorRenewCodes: Operation<
  NoParameters,
  RecoveryCodesResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/me/mfa/recovery-codes',
};

/** Set up an authenticator app: its secret counts once a code is confirmed */
export const staffSecondFactorBegin: Operation<
  NoParameters,
  TotpSetupResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorExistsError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/me/mfa/totp',
};

/** Remove my authenticator app, and the recovery codes with the last factor; ends my other sessions */
export const staffSecondFactorRemove: Operation<
  NoParameters,
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/me/mfa/totp',
};

/** Confirm it with a code; ends my other sessions, and shows the recovery codes, if none are left */
export const staffSecondFactorConfirm: Operation<
  { body: ConfirmTotpRequest },
  RecoveryCodesResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.MfaCodeInvalidError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorExistsError
  | problems.SecondFactorNotFoundError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/me/mfa/totp/confirm',
};

/** All plans, archived and unlisted ones too, cheapest first */
export const staffPlanList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  StaffPlanPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/plans',
};

/** Create a plan; as the default, it replaces the current default plan */
export const planCreate: Operation<
  { body: CreatePlanRequest },
  PlanResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.DefaultPlanMustBeFreeError
  | problems.DefaultPlanMustRenewError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.PlanSlugTakenError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/plans',
  takesIdempotencyKey: true,
};

/** One plan, in its newest version */
export const staffPlanGet: Operation<
  { id: string },
  PlanResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/plans/{id}',
};

/** Change a plan; omitted fields stay. Limits change for all subscribers at once. Another price or interval creates a version, which a subscriber gets at the next period; equal ones create none. `"default": true` replaces the current default plan. Only name, description and limits of an archived plan can change. The currency is fixed while subscribers pay in it. When a plan becomes free or stops renewing, subscribers pay to the end of their period; when it gets a price, subscribers keep it from the next period on only if they pay. */
export const planUpdate: Operation<
  { id: string; body?: UpdatePlanRequest },
  PlanResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.DefaultPlanMustBeFreeError
  | problems.DefaultPlanMustRenewError
  | problems.ExpectationFailedError
  | problems.PlanArchivedError
  | problems.PlanCurrencyFixedError
  | problems.PlanIsDefaultError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/staff/plans/{id}',
};

/** Archive a plan for good; its subscribers stay on it. Scheduled changes to it are called off, and the owners are notified. */
export const planArchive: Operation<
  { id: string },
  PlanResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.PlanIsDefaultError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/plans/{id}/archive',
  takesIdempotencyKey: true,
};

/** The keys of your own back ends, newest first, revoked and expired ones included */
export const serviceKeyList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  ServiceKeyPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/service-keys',
};

/** Create a service key for a back end of yours; it is shown only once */
export const serviceKeyCreate: Operation<
  { body: CreateServiceKeyRequest },
  CreatedServiceKeyResponse,
  | problems.BodyTooLargeError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/service-keys',
  takesIdempotencyKey: true,
};

/** Revoke a service key at once */
export const serviceKeyRevoke: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.ServiceKeyNotFoundError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/service-keys/{id}',
};

/** Replace a service key; both work during the overlap */
export const serviceKeyRotate: Operation<
  { id: string; body: RotateKeyRequest },
  CreatedServiceKeyResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.ServiceKeyAlreadyRotatedError
  | problems.ServiceKeyNotFoundError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/service-keys/{id}/rotate',
  takesIdempotencyKey: true,
};

/** End a support session */
export const staffSupportSessionEnd: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.SupportSessionNotFoundError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/support-sessions/{id}/end',
  takesIdempotencyKey: true,
};

/** Send one delivery again, at once */
export const staffWebhookDeliveryRedeliver: Operation<
  { id: string },
  WebhookDeliveryResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookDeliveryNotFoundError
  | problems.WebhookEndpointDisabledError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-deliveries/{id}/redeliver',
  takesIdempotencyKey: true,
};

/** Where events of all businesses are sent, newest first */
export const staffWebhookEndpointList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  WebhookEndpointPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/webhook-endpoints',
};

/** Send events of all businesses to a URL; the secret that verifies them is shown only once */
export const staffWebhookEndpointCreate: Operation<
  { body: CreateWebhookEndpointRequest },
  WebhookEndpointWithSecretResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.TooManyWebhookEndpointsError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints',
  takesIdempotencyKey: true,
};

/** One endpoint of the installation */
export const staffWebhookEndpointGet: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/webhook-endpoints/{id}',
};

/** Change an endpoint of the installation; omitted fields stay */
export const staffWebhookEndpointUpdate: Operation<
  { id: string; body?: UpdateWebhookEndpointRequest },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/staff/webhook-endpoints/{id}',
};

/** Delete an endpoint of the installation with its deliveries */
export const staffWebhookEndpointDelete: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/staff/webhook-endpoints/{id}',
};

/** What was sent to an endpoint in the last 30 days, newest first */
export const staffWebhookDeliveryList: Operation<
  {
    id: string;
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    status?: WebhookDeliveryStatus;
  },
  WebhookDeliveryPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/webhook-endpoints/{id}/deliveries',
};

/** Send nothing more; what waits is given up */
export const staffWebhookEndpointDisable: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints/{id}/disable',
  takesIdempotencyKey: true,
};

/** Go on with the events that follow; those missed are replayed on request */
export const staffWebhookEndpointEnable: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints/{id}/enable',
  takesIdempotencyKey: true,
};

/** Send the events since a moment again, with the same ids; one replay at a time */
export const staffWebhookEndpointReplay: Operation<
  { id: string; body: ReplayWebhooksRequest },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointDisabledError
  | problems.WebhookEndpointNotFoundError
  | problems.WebhookReplayRunningError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints/{id}/replay',
  takesIdempotencyKey: true,
};

/** Replace the secret; both sign for 24 hours */
export const staffWebhookEndpointRotateSecret: Operation<
  { id: string },
  WebhookEndpointWithSecretResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints/{id}/rotate-secret',
  takesIdempotencyKey: true,
};

/** Send an event of the type webhook_endpoint.test */
export const staffWebhookEndpointTest: Operation<
  { id: string },
  WebhookDeliveryResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointDisabledError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-endpoints/{id}/test',
  takesIdempotencyKey: true,
};

/** Stripe's events, newest first, with their outcome */
export const webhookEventList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    state?: InboxState;
  },
  InboxPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/staff/webhook-inbox',
};

/** Retry an event without effect */
export const webhookEventRetry: Operation<
  { id: string },
  InboxEventResponse,
  | problems.BodyTooLargeError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEventHandledError
  | problems.WebhookEventNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/staff/webhook-inbox/{id}/retry',
  takesIdempotencyKey: true,
};

/** The events of this business as they happen. Server-sent events: `id` is the sequence, `event` the type, `data` the event. With the header `Last-Event-ID`, all after that sequence, none twice; where the log does not go back so far, first one `event: reset`. Read by `fetch`, which sends the credential; `EventSource` cannot. It ends with the session, the membership, the role or the support session. */
export const eventStream: Operation<
  {
    /** `false`: the stream ends when it has caught up */
    follow?: StreamFollow;
  },
  string,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyStreamsError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/stream',
};

/** The current subscription with its plan, period and usage */
export const subscriptionGet: Operation<
  NoParameters,
  SubscriptionResponse,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/subscription',
};

/** Switch renewal on or off */
export const subscriptionUpdate: Operation<
  { body: UpdateSubscriptionRequest },
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/subscription',
};

/** Cancel: at the end of the period, or now */
export const subscriptionCancel: Operation<
  { body: CancelRequest },
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/cancel',
  takesIdempotencyKey: true,
};

/** Change to another plan: now, or at the end of the period. Usage is carried over. A change to the current plan calls off a scheduled change. After the end of a subscription it starts a new one. */
export const subscriptionChange: Operation<
  { body: ChangePlanRequest },
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.CurrencyMismatchError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PaymentRequiredError
  | problems.PermissionDeniedError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.UsageExceedsPlanError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/change',
  takesIdempotencyKey: true,
};

/** The history of the subscriptions of the business, with the cause of each change, newest first. Changes of status, plan and renewal. A plain renewal is not listed: its period records it. */
export const subscriptionListHistory: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  SubscriptionEventPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/subscription/history',
};

/** Pause: no ingestion, no renewal */
export const subscriptionPause: Operation<
  NoParameters,
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/pause',
  takesIdempotencyKey: true,
};

/** The periods of the current subscription with their usage: the current one, then the closed ones */
export const subscriptionListPeriods: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  PeriodPage,
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/subscription/periods',
};

/** Preview a plan change: its effect and cost now, computed by the code that applies it. Limits of a plan apply to all its subscribers at once. A new price or interval of the current plan applies from the next period: preview the current plan to see it, with `when` `period_end`. */
export const subscriptionPreviewChange: Operation<
  { body: ChangePlanRequest },
  PlanChangeResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.CurrencyMismatchError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.PlanNotFoundError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/preview-change',
  takesIdempotencyKey: true,
};

/** Resume: the period continues, all boundaries move by the paused time */
export const subscriptionResume: Operation<
  NoParameters,
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/resume',
  takesIdempotencyKey: true,
};

/** Take back a cancellation scheduled for the end of the period */
export const subscriptionUncancel: Operation<
  NoParameters,
  SubscriptionResponse,
  | problems.BillingBusyError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InvalidStateError
  | problems.NoBusinessError
  | problems.PaymentFailedError
  | problems.PaymentProviderRefusedError
  | problems.PaymentProviderStateUnknownError
  | problems.PaymentProviderUnavailableError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/subscription/uncancel',
  takesIdempotencyKey: true,
};

/** The support sessions in this business, newest first */
export const supportSessionList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  SupportSessionPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/support-sessions',
};

/** End a support session at once */
export const supportSessionEnd: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.SupportSessionNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/support-sessions/{id}',
};

/** The members of the business, newest first */
export const teamMemberList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  MemberPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/team-members',
};

/** One member */
export const teamMemberGet: Operation<
  { id: string },
  MemberResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/team-members/{id}',
};

/** Change a member's role; only an owner can appoint or demote an owner */
export const teamMemberAssignRole: Operation<
  { id: string; body: AssignRoleRequest },
  MemberResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.LastOwnerError
  | problems.NoBusinessError
  | problems.OwnRoleError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.SystemMemberError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/team-members/{id}',
};

/** Remove a member; every member may remove themselves */
export const teamMemberRemove: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.LastOwnerError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.SystemMemberError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/team-members/{id}',
};

/** Activate a member again; it takes a seat */
export const teamMemberActivate: Operation<
  { id: string },
  MemberResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.LimitReachedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.SystemMemberError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/team-members/{id}/activate',
  takesIdempotencyKey: true,
};

/** Deactivate a member and end the member's sessions here */
export const teamMemberDeactivate: Operation<
  { id: string },
  MemberResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.LastOwnerError
  | problems.NoBusinessError
  | problems.OwnRoleError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.SystemMemberError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/team-members/{id}/deactivate',
  takesIdempotencyKey: true,
};

/** Remove the second factor that a member has lost; ends the sessions of the member. The member and the owner who does it get a mail. */
export const teamMemberClearSecondFactor: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.OwnSecondFactorError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorNotFoundError
  | problems.SecondFactorRequiredError
  | problems.SecondFactorSharedError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TeamMemberNotFoundError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/team-members/{id}/second-factor',
};

/** The usage and limits of the plan */
export const usageGet: Operation<
  {
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  UsageResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage',
};

/** Count units of a metered or allocated feature. Retries are idempotent by `eventId`: 200 with the first event and `Idempotency-Replayed: true`, counted once. */
export const usageEventRecord: Operation<
  { body: RecordEventRequest },
  UsageEventResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CounterBusyError
  | problems.EventIdConflictError
  | problems.ExpectationFailedError
  | problems.FeatureArchivedError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.IngestionOverloadedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.QuotaExceededError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-events',
  takesIdempotencyKey: true,
};

/** Count up to 1,000 events of any businesses, each decided as if sent alone */
export const usageEventRecordBatch: Operation<
  { body: RecordEventBatchRequest },
  EventBatchResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.ExpectationFailedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-events/batch',
};

/** Give back what an event of an allocated feature took. Once: again is 200 with `Idempotency-Replayed: true` and changes nothing. */
export const usageEventRelease: Operation<
  { body: ReleaseEventRequest },
  ReleaseResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CounterBusyError
  | problems.EventNotFoundError
  | problems.EventReservedError
  | problems.ExpectationFailedError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-releases',
  takesIdempotencyKey: true,
};

/** Hold units until their number is known. What is held is not used yet, and leaves less for everything else. Again with the same `eventId`: 200 with the first reservation. */
export const usageReservationCreate: Operation<
  { body: ReserveRequest },
  ReservationResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CounterBusyError
  | problems.EventIdConflictError
  | problems.ExpectationFailedError
  | problems.FeatureArchivedError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.IngestionOverloadedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.QuotaExceededError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-reservations',
  takesIdempotencyKey: true,
};

/** Count what was used of a reservation, and give the rest back. It counts in the current period, and is never refused for want of units. */
export const usageReservationCommit: Operation<
  { id: string; body: CommitRequest },
  ReservationResponse,
  | problems.AmountAboveReservedError
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CounterBusyError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.ReservationNotFoundError
  | problems.ReservationSettledError
  | problems.StorageFullError
  | problems.SubscriptionBehindError
  | problems.SubscriptionInactiveError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-reservations/{id}/commit',
  takesIdempotencyKey: true,
};

/** Give back all that a reservation holds; again changes nothing */
export const usageReservationRelease: Operation<
  { id: string; body: BusinessRequest },
  ReservationResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CounterBusyError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.InsufficientScopeError
  | problems.NotForBrowsersError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.ReservationNotFoundError
  | problems.ReservationSettledError
  | problems.StorageFullError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/usage-reservations/{id}/release',
  takesIdempotencyKey: true,
};

/** Where the usage of recordings comes from */
export const usageExplain: Operation<
  {
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  UsageExplanationResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/recordings/explain',
};

/** The usage of one feature */
export const usageGetFeature: Operation<
  {
    feature: string;
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  FeatureUsageResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/{feature}',
};

/** At which percentages of its limit a metered feature alerts */
export const usageAlertsGet: Operation<
  {
    feature: string;
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  AlertsResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/{feature}/alerts',
};

/** Choose at which percentages a metered feature alerts its owners and admins. Each once a period, by mail. An empty list: never. What is reached already alerts with the next unit. */
export const usageAlertsSet: Operation<
  { feature: string; body: AlertsRequest },
  AlertsResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PUT',
  path: '/v1/usage/{feature}/alerts',
};

/** Where the usage of a feature comes from */
export const usageExplainFeature: Operation<
  {
    feature: string;
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  FeatureUsageExplanationResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/{feature}/explain',
};

/** What was used of a metered feature on each day. Written by the commit that counts, so it is exact. A day without use is not named. */
export const usageHistory: Operation<
  {
    feature: string;
    /** How usage is summed up */
    bucket?: HistoryBucket;
    /** The first day, in UTC */
    from: string;
    /** The last day, in UTC; at most 399 days after the first */
    to: string;
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  UsageHistoryResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/{feature}/history',
};

/** Compare the counter with the rows and events it counts */
export const usageVerify: Operation<
  {
    feature: string;
    /** With a service key: the business that this is about */
    businessId?: string;
  },
  UsageVerificationResponse,
  | problems.BusinessDeactivatedError
  | problems.BusinessNotFoundError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.FeatureKindError
  | problems.FeatureNotFoundError
  | problems.InsufficientScopeError
  | problems.NoBusinessError
  | problems.NotForBrowsersError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/usage/{feature}/verify',
};

/** Send one delivery again, at once */
export const webhookDeliveryRedeliver: Operation<
  { id: string },
  WebhookDeliveryResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookDeliveryNotFoundError
  | problems.WebhookEndpointDisabledError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-deliveries/{id}/redeliver',
  takesIdempotencyKey: true,
};

/** Where events of the business are sent, newest first */
export const webhookEndpointList: Operation<
  {
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
  },
  WebhookEndpointPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/webhook-endpoints',
};

/** Send events to a URL; the secret that verifies them is shown only once */
export const webhookEndpointCreate: Operation<
  { body: CreateWebhookEndpointRequest },
  WebhookEndpointWithSecretResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.TooManyWebhookEndpointsError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints',
  takesIdempotencyKey: true,
};

/** One endpoint */
export const webhookEndpointGet: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}',
};

/** Change an endpoint; omitted fields stay */
export const webhookEndpointUpdate: Operation<
  { id: string; body?: UpdateWebhookEndpointRequest },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'PATCH',
  path: '/v1/webhook-endpoints/{id}',
};

/** Delete an endpoint with its deliveries */
export const webhookEndpointDelete: Operation<
  { id: string },
  undefined,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'DELETE',
  path: '/v1/webhook-endpoints/{id}',
};

/** What was sent to an endpoint in the last 30 days, newest first */
export const webhookDeliveryList: Operation<
  {
    id: string;
    /** The largest number of items; 20 by default */
    limit?: number;
    /** The nextCursor of the previous page */
    cursor?: string;
    status?: WebhookDeliveryStatus;
  },
  WebhookDeliveryPage,
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.UnauthenticatedError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}/deliveries',
};

/** Send nothing more; what waits is given up */
export const webhookEndpointDisable: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/disable',
  takesIdempotencyKey: true,
};

/** Go on with the events that follow; those missed are replayed on request */
export const webhookEndpointEnable: Operation<
  { id: string },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/enable',
  takesIdempotencyKey: true,
};

/** Send the events since a moment again, with the same ids; one replay at a time */
export const webhookEndpointReplay: Operation<
  { id: string; body: ReplayWebhooksRequest },
  WebhookEndpointResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointDisabledError
  | problems.WebhookEndpointNotFoundError
  | problems.WebhookReplayRunningError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/replay',
  takesIdempotencyKey: true,
};

/** Replace the secret; both sign for 24 hours. The secret before the last one ends at once: rotate twice to end a secret that others know. */
export const webhookEndpointRotateSecret: Operation<
  { id: string },
  WebhookEndpointWithSecretResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.ReauthenticationRequiredError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/rotate-secret',
  takesIdempotencyKey: true,
};

/** Send an event of the type webhook_endpoint.test */
export const webhookEndpointTest: Operation<
  { id: string },
  WebhookDeliveryResponse,
  | problems.BodyTooLargeError
  | problems.BusinessDeactivatedError
  | problems.CredentialsAmbiguousError
  | problems.CrossSiteRequestError
  | problems.ExpectationFailedError
  | problems.IdempotencyAnswerNotKeptError
  | problems.IdempotencyKeyInUseError
  | problems.IdempotencyKeyReusedError
  | problems.NoBusinessError
  | problems.PermissionDeniedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.SecondFactorRequiredError
  | problems.SessionInOtherBusinessError
  | problems.StorageFullError
  | problems.SupportForbiddenError
  | problems.SupportReadOnlyError
  | problems.TooManyAtOnceError
  | problems.TooManyValuesError
  | problems.UnauthenticatedError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookEndpointDisabledError
  | problems.WebhookEndpointNotFoundError
  | problems.WrongCredentialKindError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/test',
  takesIdempotencyKey: true,
};

/** Receive an event of Stripe. Stored once, however often it is delivered, and answered at once; a job handles it. The signature is verified on the raw bytes. */
export const webhookReceive: Operation<
  { body: JsonObject },
  WebhookReceivedResponse,
  | problems.BodyTooLargeError
  | problems.ExpectationFailedError
  | problems.RateLimitedError
  | problems.RequestTimeoutError
  | problems.StorageFullError
  | problems.TooManyValuesError
  | problems.UnsupportedMediaTypeError
  | problems.WebhookSignatureInvalidError
  | CommonFailure
> = {
  method: 'POST',
  path: '/v1/webhooks/stripe',
};
