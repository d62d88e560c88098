// Generated from openapi.json by scripts/generate-client.js.

import { ProblemError } from '../errors.ts';
import type * as schemas from './schemas.ts';

/** This person is already a member */
export class AlreadyMemberError extends ProblemError<schemas.AlreadyMemberProblem> {}

/** More than was reserved */
export class AmountAboveReservedError extends ProblemError<schemas.AmountAboveReservedProblem> {}

/** This API key has been rotated, revoked, or has expired */
export class ApiKeyAlreadyRotatedError extends ProblemError<schemas.ApiKeyAlreadyRotatedProblem> {}

/** API key not found */
export class ApiKeyNotFoundError extends ProblemError<schemas.ApiKeyNotFoundProblem> {}

/** Application not found */
export class ApplicationNotFoundError extends ProblemError<schemas.ApplicationNotFoundProblem> {}

/** No payment has been made yet */
export class BillingAccountMissingError extends ProblemError<schemas.BillingAccountMissingProblem> {}

/** Another change is in progress at the payment provider */
export class BillingBusyError extends ProblemError<schemas.BillingBusyProblem> {}

/** The body is too large */
export class BodyTooLargeError extends ProblemError<schemas.BodyTooLargeProblem> {}

/** The bundle id is taken */
export class BundleIdTakenError extends ProblemError<schemas.BundleIdTakenProblem> {}

/** This business is deactivated */
export class BusinessDeactivatedError extends ProblemError<schemas.BusinessDeactivatedProblem> {}

/** Event not found */
export class BusinessEventNotFoundError extends ProblemError<schemas.BusinessEventNotFoundProblem> {}

/** Business not found */
export class BusinessNotFoundError extends ProblemError<schemas.BusinessNotFoundProblem> {}

/** Cookies need https */
export class CookieNeedsHttpsError extends ProblemError<schemas.CookieNeedsHttpsProblem> {}

/** Another transaction holds the counter of this feature */
export class CounterBusyError extends ProblemError<schemas.CounterBusyProblem> {}

/** The request has two credentials */
export class CredentialsAmbiguousError extends ProblemError<schemas.CredentialsAmbiguousProblem> {}

/** Credit not found */
export class CreditNotFoundError extends ProblemError<schemas.CreditNotFoundProblem> {}

/** Another site sent this request */
export class CrossSiteRequestError extends ProblemError<schemas.CrossSiteRequestProblem> {}

/** The two plans have prices in different currencies */
export class CurrencyMismatchError extends ProblemError<schemas.CurrencyMismatchProblem> {}

/** The database is unavailable */
export class DatabaseUnavailableError extends ProblemError<schemas.DatabaseUnavailableProblem> {}

/** The default plan must be free */
export class DefaultPlanMustBeFreeError extends ProblemError<schemas.DefaultPlanMustBeFreeProblem> {}

/** The default plan must renew */
export class DefaultPlanMustRenewError extends ProblemError<schemas.DefaultPlanMustRenewProblem> {}

/** The sign-in of this business does not name this domain */
export class DomainNotFoundError extends ProblemError<schemas.DomainNotFoundProblem> {}

/** The DNS record was not found */
export class DomainNotProvenError extends ProblemError<schemas.DomainNotProvenProblem> {}

/** Another business has proven this domain */
export class DomainTakenError extends ProblemError<schemas.DomainTakenProblem> {}

/** No change of address waits */
export class EmailChangeNotFoundError extends ProblemError<schemas.EmailChangeNotFoundProblem> {}

/** This link is no longer valid */
export class EmailChangeTokenInvalidError extends ProblemError<schemas.EmailChangeTokenInvalidProblem> {}

/** The identity provider vouches for no e-mail address */
export class EmailNotProvenError extends ProblemError<schemas.EmailNotProvenProblem> {}

/** Verify your e-mail address first */
export class EmailNotVerifiedError extends ProblemError<schemas.EmailNotVerifiedProblem> {}

/** The e-mail address is taken */
export class EmailTakenError extends ProblemError<schemas.EmailTakenProblem> {}

/** The eventId belongs to another event */
export class EventIdConflictError extends ProblemError<schemas.EventIdConflictProblem> {}

/** Event not found */
export class EventNotFoundError extends ProblemError<schemas.EventNotFoundProblem> {}

/** The event is a reservation */
export class EventReservedError extends ProblemError<schemas.EventReservedProblem> {}

/** Events after this sequence have been deleted already */
export class EventsGoneError extends ProblemError<schemas.EventsGoneProblem> {}

/** Expectation not supported */
export class ExpectationFailedError extends ProblemError<schemas.ExpectationFailedProblem> {}

/** The externalId belongs to another recording */
export class ExternalIdConflictError extends ProblemError<schemas.ExternalIdConflictProblem> {}

/** The feature is archived */
export class FeatureArchivedError extends ProblemError<schemas.FeatureArchivedProblem> {}

/** The feature belongs to the code */
export class FeatureDeclaredError extends ProblemError<schemas.FeatureDeclaredProblem> {}

/** The key is taken */
export class FeatureKeyTakenError extends ProblemError<schemas.FeatureKeyTakenProblem> {}

/** The feature is of another kind */
export class FeatureKindError extends ProblemError<schemas.FeatureKindProblem> {}

/** Feature not found */
export class FeatureNotFoundError extends ProblemError<schemas.FeatureNotFoundProblem> {}

/** Flag not found */
export class FlagNotFoundError extends ProblemError<schemas.FlagNotFoundProblem> {}

/** This token is not accepted */
export class ForeignTokenInvalidError extends ProblemError<schemas.ForeignTokenInvalidProblem> {}

/** The headers are too large */
export class HeadersTooLargeError extends ProblemError<schemas.HeadersTooLargeProblem> {}

/** The first request succeeded, but its answer was not kept */
export class IdempotencyAnswerNotKeptError extends ProblemError<schemas.IdempotencyAnswerNotKeptProblem> {}

/** The first request with this Idempotency-Key is still running */
export class IdempotencyKeyInUseError extends ProblemError<schemas.IdempotencyKeyInUseProblem> {}

/** This Idempotency-Key was used for another request */
export class IdempotencyKeyReusedError extends ProblemError<schemas.IdempotencyKeyReusedProblem> {}

/** No such sign-in */
export class IdentityNotFoundError extends ProblemError<schemas.IdentityNotFoundProblem> {}

/** There is an account with this address already */
export class IdentityNotLinkedError extends ProblemError<schemas.IdentityNotLinkedProblem> {}

/** This sign-in is linked to an account already */
export class IdentityTakenError extends ProblemError<schemas.IdentityTakenProblem> {}

/** Too much is waiting to be counted */
export class IngestionOverloadedError extends ProblemError<schemas.IngestionOverloadedProblem> {}

/** This key does not have the scope */
export class InsufficientScopeError extends ProblemError<schemas.InsufficientScopeProblem> {}

/** Internal error */
export class InternalError extends ProblemError<schemas.InternalErrorProblem> {}

/** The evaluation context is not valid */
export class InvalidContextError extends ProblemError<schemas.InvalidContextProblem> {}

/** Wrong e-mail address or password */
export class InvalidCredentialsError extends ProblemError<schemas.InvalidCredentialsProblem> {}

/** The state of the subscription does not allow this */
export class InvalidStateError extends ProblemError<schemas.InvalidStateProblem> {}

/** This invitation has expired */
export class InvitationExpiredError extends ProblemError<schemas.InvitationExpiredProblem> {}

/** This invitation is for another e-mail address */
export class InvitationForAnotherEmailError extends ProblemError<schemas.InvitationForAnotherEmailProblem> {}

/** Invitation not found */
export class InvitationNotFoundError extends ProblemError<schemas.InvitationNotFoundProblem> {}

/** This invitation was revoked */
export class InvitationRevokedError extends ProblemError<schemas.InvitationRevokedProblem> {}

/** This invitation was accepted */
export class InvitationUsedError extends ProblemError<schemas.InvitationUsedProblem> {}

/** The identity provider does not answer */
export class IssuerUnavailableError extends ProblemError<schemas.IssuerUnavailableProblem> {}

/** The job has not failed */
export class JobNotFailedError extends ProblemError<schemas.JobNotFailedProblem> {}

/** Job not found */
export class JobNotFoundError extends ProblemError<schemas.JobNotFoundProblem> {}

/** A business needs an active owner */
export class LastOwnerError extends ProblemError<schemas.LastOwnerProblem> {}

/** This is your only way to sign in */
export class LastWayInError extends ProblemError<schemas.LastWayInProblem> {}

/** The plan allows no more of these */
export class LimitReachedError extends ProblemError<schemas.LimitReachedProblem> {}

/** This can no longer be linked */
export class LinkTokenInvalidError extends ProblemError<schemas.LinkTokenInvalidProblem> {}

/** The request could not be read */
export class MalformedRequestError extends ProblemError<schemas.MalformedRequestProblem> {}

/** This code is not valid */
export class MfaCodeInvalidError extends ProblemError<schemas.MfaCodeInvalidProblem> {}

/** A second factor is required */
export class MfaRequiredError extends ProblemError<schemas.MfaRequiredProblem> {}

/** Log in again */
export class MfaTokenInvalidError extends ProblemError<schemas.MfaTokenInvalidProblem> {}

/** You belong to no business */
export class NoBusinessError extends ProblemError<schemas.NoBusinessProblem> {}

/** A service key must not be used in a browser */
export class NotForBrowsersError extends ProblemError<schemas.NotForBrowsersProblem> {}

/** The server is not ready */
export class NotReadyError extends ProblemError<schemas.NotReadyProblem> {}

/** Notification not found */
export class NotificationNotFoundError extends ProblemError<schemas.NotificationNotFoundProblem> {}

/** The server is overloaded */
export class OverloadedError extends ProblemError<schemas.OverloadedProblem> {}

/** The business has no grant of its own */
export class OwnGrantNotFoundError extends ProblemError<schemas.OwnGrantNotFoundProblem> {}

/** You cannot change your own role */
export class OwnRoleError extends ProblemError<schemas.OwnRoleProblem> {}

/** This is your own second factor */
export class OwnSecondFactorError extends ProblemError<schemas.OwnSecondFactorProblem> {}

/** This passkey is registered already */
export class PasskeyExistsError extends ProblemError<schemas.PasskeyExistsProblem> {}

/** This passkey was not accepted */
export class PasskeyInvalidError extends ProblemError<schemas.PasskeyInvalidProblem> {}

/** Passkey not found */
export class PasskeyNotFoundError extends ProblemError<schemas.PasskeyNotFoundProblem> {}

/** Passkeys do not work at this address */
export class PasskeysUnavailableError extends ProblemError<schemas.PasskeysUnavailableProblem> {}

/** This password is too easy to guess */
export class PasswordTooWeakError extends ProblemError<schemas.PasswordTooWeakProblem> {}

/** The payment failed */
export class PaymentFailedError extends ProblemError<schemas.PaymentFailedProblem> {}

/** The payment provider refused the request */
export class PaymentProviderRefusedError extends ProblemError<schemas.PaymentProviderRefusedProblem> {}

/** The payment provider reports an unknown subscription state */
export class PaymentProviderStateUnknownError extends ProblemError<schemas.PaymentProviderStateUnknownProblem> {}

/** The payment provider is unavailable */
export class PaymentProviderUnavailableError extends ProblemError<schemas.PaymentProviderUnavailableProblem> {}

/** This plan requires payment */
export class PaymentRequiredError extends ProblemError<schemas.PaymentRequiredProblem> {}

/** Your role does not permit this */
export class PermissionDeniedError extends ProblemError<schemas.PermissionDeniedProblem> {}

/** The plan is archived */
export class PlanArchivedError extends ProblemError<schemas.PlanArchivedProblem> {}

/** Subscribers pay for the plan in another currency */
export class PlanCurrencyFixedError extends ProblemError<schemas.PlanCurrencyFixedProblem> {}

/** The plan is the default */
export class PlanIsDefaultError extends ProblemError<schemas.PlanIsDefaultProblem> {}

/** Plan not found */
export class PlanNotFoundError extends ProblemError<schemas.PlanNotFoundProblem> {}

/** The slug is taken */
export class PlanSlugTakenError extends ProblemError<schemas.PlanSlugTakenProblem> {}

/** The identity provider did not ask who you are */
export class ProofNotFreshError extends ProblemError<schemas.ProofNotFreshProblem> {}

/** No such identity provider */
export class ProviderNotFoundError extends ProblemError<schemas.ProviderNotFoundProblem> {}

/** The quota of this period is used up */
export class QuotaExceededError extends ProblemError<schemas.QuotaExceededProblem> {}

/** Too many requests */
export class RateLimitedError extends ProblemError<schemas.RateLimitedProblem> {}

/** Prove again who you are */
export class ReauthenticationRequiredError extends ProblemError<schemas.ReauthenticationRequiredProblem> {}

/** The recording with this externalId was deleted */
export class RecordingDeletedError extends ProblemError<schemas.RecordingDeletedProblem> {}

/** Recording not found */
export class RecordingNotFoundError extends ProblemError<schemas.RecordingNotFoundProblem> {}

/** The request did not arrive in time */
export class RequestTimeoutError extends ProblemError<schemas.RequestTimeoutProblem> {}

/** Reservation not found */
export class ReservationNotFoundError extends ProblemError<schemas.ReservationNotFoundProblem> {}

/** The reservation is settled */
export class ReservationSettledError extends ProblemError<schemas.ReservationSettledProblem> {}

/** This password reset link is no longer valid */
export class ResetTokenInvalidError extends ProblemError<schemas.ResetTokenInvalidProblem> {}

/** There is an authenticator app already */
export class SecondFactorExistsError extends ProblemError<schemas.SecondFactorExistsProblem> {}

/** No such second factor */
export class SecondFactorNotFoundError extends ProblemError<schemas.SecondFactorNotFoundProblem> {}

/** Set up a second factor first */
export class SecondFactorRequiredError extends ProblemError<schemas.SecondFactorRequiredProblem> {}

/** This person belongs to another business too */
export class SecondFactorSharedError extends ProblemError<schemas.SecondFactorSharedProblem> {}

/** This service key has been rotated, revoked, or has expired */
export class ServiceKeyAlreadyRotatedError extends ProblemError<schemas.ServiceKeyAlreadyRotatedProblem> {}

/** Service key not found */
export class ServiceKeyNotFoundError extends ProblemError<schemas.ServiceKeyNotFoundProblem> {}

/** This session is in another business */
export class SessionInOtherBusinessError extends ProblemError<schemas.SessionInOtherBusinessProblem> {}

/** Session not found */
export class SessionNotFoundError extends ProblemError<schemas.SessionNotFoundProblem> {}

/** This session is for the business whose sign-in opened it */
export class SessionOfCompanyError extends ProblemError<schemas.SessionOfCompanyProblem> {}

/** This sign-in is over */
export class SignInExpiredError extends ProblemError<schemas.SignInExpiredProblem> {}

/** The answer of the identity provider is not accepted */
export class SignInInvalidError extends ProblemError<schemas.SignInInvalidProblem> {}

/** The identity provider refused */
export class SignInRefusedError extends ProblemError<schemas.SignInRefusedProblem> {}

/** This business has no sign-in of its own */
export class SsoNotFoundError extends ProblemError<schemas.SsoNotFoundProblem> {}

/** The database has no space left */
export class StorageFullError extends ProblemError<schemas.StorageFullProblem> {}

/** Stripe charges this business for a subscription */
export class StripeSubscriptionExistsError extends ProblemError<schemas.StripeSubscriptionExistsProblem> {}

/** The renewal of this subscription is behind */
export class SubscriptionBehindError extends ProblemError<schemas.SubscriptionBehindProblem> {}

/** The business already pays for a subscription */
export class SubscriptionExistsError extends ProblemError<schemas.SubscriptionExistsProblem> {}

/** The subscription is not active */
export class SubscriptionInactiveError extends ProblemError<schemas.SubscriptionInactiveProblem> {}

/** Support access is off for this business */
export class SupportAccessOffError extends ProblemError<schemas.SupportAccessOffProblem> {}

/** Support sessions cannot do this */
export class SupportForbiddenError extends ProblemError<schemas.SupportForbiddenProblem> {}

/** This support session is read-only */
export class SupportReadOnlyError extends ProblemError<schemas.SupportReadOnlyProblem> {}

/** Support session not found */
export class SupportSessionNotFoundError extends ProblemError<schemas.SupportSessionNotFoundProblem> {}

/** This is a system member */
export class SystemMemberError extends ProblemError<schemas.SystemMemberProblem> {}

/** A targeting key is required */
export class TargetingKeyMissingError extends ProblemError<schemas.TargetingKeyMissingProblem> {}

/** Team member not found */
export class TeamMemberNotFoundError extends ProblemError<schemas.TeamMemberNotFoundProblem> {}

/** Too many concurrent requests of this business */
export class TooManyAtOnceError extends ProblemError<schemas.TooManyAtOnceProblem> {}

/** You own the maximum number of businesses */
export class TooManyBusinessesError extends ProblemError<schemas.TooManyBusinessesProblem> {}

/** There are too many passkeys */
export class TooManyPasskeysError extends ProblemError<schemas.TooManyPasskeysProblem> {}

/** Too many streams are open */
export class TooManyStreamsError extends ProblemError<schemas.TooManyStreamsProblem> {}

/** The body has too many fields and list entries */
export class TooManyValuesError extends ProblemError<schemas.TooManyValuesProblem> {}

/** There are 20 webhook endpoints already */
export class TooManyWebhookEndpointsError extends ProblemError<schemas.TooManyWebhookEndpointsProblem> {}

/** A valid credential is required */
export class UnauthenticatedError extends ProblemError<schemas.UnauthenticatedProblem> {}

/** Send application/json in UTF-8 */
export class UnsupportedMediaTypeError extends ProblemError<schemas.UnsupportedMediaTypeProblem> {}

/** More is in use than the plan allows */
export class UsageExceedsPlanError extends ProblemError<schemas.UsageExceedsPlanProblem> {}

/** Some fields are not valid */
export class ValidationFailedError extends ProblemError<schemas.ValidationFailedProblem> {}

/** This link is no longer valid */
export class VerificationTokenInvalidError extends ProblemError<schemas.VerificationTokenInvalidProblem> {}

/** Webhook delivery not found */
export class WebhookDeliveryNotFoundError extends ProblemError<schemas.WebhookDeliveryNotFoundProblem> {}

/** This webhook endpoint is disabled */
export class WebhookEndpointDisabledError extends ProblemError<schemas.WebhookEndpointDisabledProblem> {}

/** Webhook endpoint not found */
export class WebhookEndpointNotFoundError extends ProblemError<schemas.WebhookEndpointNotFoundProblem> {}

/** The event was handled already */
export class WebhookEventHandledError extends ProblemError<schemas.WebhookEventHandledProblem> {}

/** Event not found */
export class WebhookEventNotFoundError extends ProblemError<schemas.WebhookEventNotFoundProblem> {}

/** A replay to this endpoint is still running */
export class WebhookReplayRunningError extends ProblemError<schemas.WebhookReplayRunningProblem> {}

/** The signature does not match the body */
export class WebhookSignatureInvalidError extends ProblemError<schemas.WebhookSignatureInvalidProblem> {}

/** This API key is bound to another application */
export class WrongApplicationError extends ProblemError<schemas.WrongApplicationProblem> {}

/** This kind of credential cannot call this route */
export class WrongCredentialKindError extends ProblemError<schemas.WrongCredentialKindProblem> {}

/** Wrong current password */
export class WrongPasswordError extends ProblemError<schemas.WrongPasswordProblem> {}

/** The class of each code. */
export const PROBLEMS = {
  already_member: AlreadyMemberError,
  amount_above_reserved: AmountAboveReservedError,
  api_key_already_rotated: ApiKeyAlreadyRotatedError,
  api_key_not_found: ApiKeyNotFoundError,
  application_not_found: ApplicationNotFoundError,
  billing_account_missing: BillingAccountMissingError,
  billing_busy: BillingBusyError,
  body_too_large: BodyTooLargeError,
  bundle_id_taken: BundleIdTakenError,
  business_deactivated: BusinessDeactivatedError,
  business_event_not_found: BusinessEventNotFoundError,
  business_not_found: BusinessNotFoundError,
  cookie_needs_https: CookieNeedsHttpsError,
  counter_busy: CounterBusyError,
  credentials_ambiguous: CredentialsAmbiguousError,
  credit_not_found: CreditNotFoundError,
  cross_site_request: CrossSiteRequestError,
  currency_mismatch: CurrencyMismatchError,
  database_unavailable: DatabaseUnavailableError,
  default_plan_must_be_free: DefaultPlanMustBeFreeError,
  default_plan_must_renew: DefaultPlanMustRenewError,
  domain_not_found: DomainNotFoundError,
  domain_not_proven: DomainNotProvenError,
  domain_taken: DomainTakenError,
  email_change_not_found: EmailChangeNotFoundError,
  email_change_token_invalid: EmailChangeTokenInvalidError,
  email_not_proven: EmailNotProvenError,
  email_not_verified: EmailNotVerifiedError,
  email_taken: EmailTakenError,
  event_id_conflict: EventIdConflictError,
  event_not_found: EventNotFoundError,
  event_reserved: EventReservedError,
  events_gone: EventsGoneError,
  expectation_failed: ExpectationFailedError,
  external_id_conflict: ExternalIdConflictError,
  feature_archived: FeatureArchivedError,
  feature_declared: FeatureDeclaredError,
  feature_key_taken: FeatureKeyTakenError,
  feature_kind: FeatureKindError,
  feature_not_found: FeatureNotFoundError,
  flag_not_found: FlagNotFoundError,
  foreign_token_invalid: ForeignTokenInvalidError,
  headers_too_large: HeadersTooLargeError,
  idempotency_answer_not_kept: IdempotencyAnswerNotKeptError,
  idempotency_key_in_use: IdempotencyKeyInUseError,
  idempotency_key_reused: IdempotencyKeyReusedError,
  identity_not_found: IdentityNotFoundError,
  identity_not_linked: IdentityNotLinkedError,
  identity_taken: IdentityTakenError,
  ingestion_overloaded: IngestionOverloadedError,
  insufficient_scope: InsufficientScopeError,
  internal_error: InternalError,
  invalid_context: InvalidContextError,
  invalid_credentials: InvalidCredentialsError,
  invalid_state: InvalidStateError,
  invitation_expired: InvitationExpiredError,
  invitation_for_another_email: InvitationForAnotherEmailError,
  invitation_not_found: InvitationNotFoundError,
  invitation_revoked: InvitationRevokedError,
  invitation_used: InvitationUsedError,
  issuer_unavailable: IssuerUnavailableError,
  job_not_failed: JobNotFailedError,
  job_not_found: JobNotFoundError,
  last_owner: LastOwnerError,
  last_way_in: LastWayInError,
  limit_reached: LimitReachedError,
  link_token_invalid: LinkTokenInvalidError,
  malformed_request: MalformedRequestError,
  mfa_code_invalid: MfaCodeInvalidError,
  mfa_required: MfaRequiredError,
  mfa_token_invalid: MfaTokenInvalidError,
  no_business: NoBusinessError,
  not_for_browsers: NotForBrowsersError,
  not_ready: NotReadyError,
  notification_not_found: NotificationNotFoundError,
  overloaded: OverloadedError,
  own_grant_not_found: OwnGrantNotFoundError,
  own_role: OwnRoleError,
  own_second_factor: OwnSecondFactorError,
  passkey_exists: PasskeyExistsError,
  passkey_invalid: PasskeyInvalidError,
  passkey_not_found: PasskeyNotFoundError,
  passkeys_unavailable: PasskeysUnavailableError,
  password_too_weak: PasswordTooWeakError,
  payment_failed: PaymentFailedError,
  payment_provider_refused: PaymentProviderRefusedError,
  payment_provider_state_unknown: PaymentProviderStateUnknownError,
  payment_provider_unavailable: PaymentProviderUnavailableError,
  payment_required: PaymentRequiredError,
  permission_denied: PermissionDeniedError,
  plan_archived: PlanArchivedError,
  plan_currency_fixed: PlanCurrencyFixedError,
  plan_is_default: PlanIsDefaultError,
  plan_not_found: PlanNotFoundError,
  plan_slug_taken: PlanSlugTakenError,
  proof_not_fresh: ProofNotFreshError,
  provider_not_found: ProviderNotFoundError,
  quota_exceeded: QuotaExceededError,
  rate_limited: RateLimitedError,
  reauthentication_required: ReauthenticationRequiredError,
  recording_deleted: RecordingDeletedError,
  recording_not_found: RecordingNotFoundError,
  request_timeout: RequestTimeoutError,
  reservation_not_found: ReservationNotFoundError,
  reservation_settled: ReservationSettledError,
  reset_token_invalid: ResetTokenInvalidError,
  second_factor_exists: SecondFactorExistsError,
  second_factor_not_found: SecondFactorNotFoundError,
  second_factor_required: SecondFactorRequiredError,
  second_factor_shared: SecondFactorSharedError,
  service_key_already_rotated: ServiceKeyAlreadyRotatedError,
  service_key_not_found: ServiceKeyNotFoundError,
  session_in_other_business: SessionInOtherBusinessError,
  session_not_found: SessionNotFoundError,
  session_of_company: SessionOfCompanyError,
  sign_in_expired: SignInExpiredError,
  sign_in_invalid: SignInInvalidError,
  sign_in_refused: SignInRefusedError,
  sso_not_found: SsoNotFoundError,
  storage_full: StorageFullError,
  stripe_subscription_exists: StripeSubscriptionExistsError,
  subscription_behind: SubscriptionBehindError,
  subscription_exists: SubscriptionExistsError,
  subscription_inactive: SubscriptionInactiveError,
  support_access_off: SupportAccessOffError,
  support_forbidden: SupportForbiddenError,
  support_read_only: SupportReadOnlyError,
  support_session_not_found: SupportSessionNotFoundError,
  system_member: SystemMemberError,
  targeting_key_missing: TargetingKeyMissingError,
  team_member_not_found: TeamMemberNotFoundError,
  too_many_at_once: TooManyAtOnceError,
  too_many_businesses: TooManyBusinessesError,
  too_many_passkeys: TooManyPasskeysError,
  too_many_streams: TooManyStreamsError,
  too_many_values: TooManyValuesError,
  too_many_webhook_endpoints: TooManyWebhookEndpointsError,
  unauthenticated: UnauthenticatedError,
  unsupported_media_type: UnsupportedMediaTypeError,
  usage_exceeds_plan: UsageExceedsPlanError,
  validation_failed: ValidationFailedError,
  verification_token_invalid: VerificationTokenInvalidError,
  webhook_delivery_not_found: WebhookDeliveryNotFoundError,
  webhook_endpoint_disabled: WebhookEndpointDisabledError,
  webhook_endpoint_not_found: WebhookEndpointNotFoundError,
  webhook_event_handled: WebhookEventHandledError,
  webhook_event_not_found: WebhookEventNotFoundError,
  webhook_replay_running: WebhookReplayRunningError,
  webhook_signature_invalid: WebhookSignatureInvalidError,
  wrong_application: WrongApplicationError,
  wrong_credential_kind: WrongCredentialKindError,
  wrong_password: WrongPasswordError,
};
