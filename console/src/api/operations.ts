import {
  apiKeyCreate,
  apiKeyList,
  apiKeyRevoke,
  apiKeyRotate,
  auditLogList,
  billingGet,
  billingListInvoices,
  billingOpenCheckout,
  billingOpenPortal,
  businessCreate,
  businessGet,
  businessSignUp,
  businessUpdate,
  emailChangeCancel,
  emailChangeConfirm,
  emailChangeGet,
  emailChangeRequest,
  emailChangeUndo,
  emailResend,
  emailVerify,
  entitlementList,
  identityLink,
  identityList,
  identityUnlink,
  invitationAccept,
  invitationCreate,
  invitationList,
  invitationLookUp,
  invitationResend,
  invitationRevoke,
  meGet,
  meListBusinesses,
  meUpdate,
  passkeyBegin,
  passkeyCreate,
  passkeyDelete,
  passkeyRename,
  notificationList,
  notificationPreferenceList,
  notificationPreferenceUpdate,
  notificationReadAll,
  notificationUpdate,
  passwordChange,
  passwordForgot,
  passwordReset,
  planList,
  secondFactorBegin,
  secondFactorCancelReset,
  secondFactorConfirm,
  secondFactorGet,
  secondFactorRemove,
  secondFactorRenewCodes,
  sessionAskPasskey,
  sessionAskProof,
  sessionCreate,
  sessionCreateByPasskey,
  sessionEnd,
  sessionList,
  sessionProve,
  sessionRevoke,
  sessionSignIn,
  sessionSwitch,
  sessionVerify,
  signInBegin,
  signInBeginOwn,
  signInFinishOwn,
  signInListProviders,
  ssoGet,
  ssoProveDomain,
  ssoRemove,
  ssoSet,
  ssoTest,
  subscriptionCancel,
  subscriptionChange,
  subscriptionGet,
  subscriptionListHistory,
  subscriptionListPeriods,
  subscriptionPause,
  subscriptionPreviewChange,
  subscriptionResume,
  subscriptionUncancel,
  subscriptionUpdate,
  supportSessionEnd,
  supportSessionList,
  teamMemberActivate,
  teamMemberAssignRole,
  teamMemberClearSecondFactor,
  teamMemberDeactivate,
  teamMemberList,
  teamMemberRemove,
  usageAlertsGet,
  usageAlertsSet,
  usageExplainFeature,
  usageHistory,
  usageVerify,
  webhookDeliveryList,
  webhookDeliveryRedeliver,
  webhookEndpointCreate,
  webhookEndpointDelete,
  webhookEndpointDisable,
  webhookEndpointEnable,
  webhookEndpointGet,
  webhookEndpointList,
  webhookEndpointReplay,
  webhookEndpointRotateSecret,
  webhookEndpointTest,
  webhookEndpointUpdate,
} from '@tenantry/client';
import type {
  AcceptInvitationRequest,
  AlertsRequest,
  AssignRoleRequest,
  BeginOwnSignInRequest,
  BeginSignInRequest,
  CancelRequest,
  ChangeEmailRequest,
  ChangePasswordRequest,
  ChangePlanRequest,
  ConfirmTotpRequest,
  CreateApiKeyRequest,
  CreateBusinessRequest,
  CreateCheckoutRequest,
  CreateInvitationRequest,
  EmailChangeTokenRequest,
  CreatePasskeyRequest,
  ProviderAnswerRequest,
  FinishSignInRequest,
  ForgotPasswordRequest,
  LinkIdentityRequest,
  JoinRequest,
  LoginRequest,
  PasskeyLoginRequest,
  NotificationPreferenceRequest,
  ReadAllRequest,
  ReauthenticateRequest,
  RenamePasskeyRequest,
  ResetPasswordRequest,
  RotateKeyRequest,
  SecondStepRequest,
  SetSsoRequest,
  SignupRequest,
  UpdateBusinessRequest,
  UpdateMeRequest,
  UpdateSubscriptionRequest,
  VerifyEmailRequest,
  ParametersOf,
  CreateWebhookEndpointRequest,
  ReplayWebhooksRequest,
  UpdateWebhookEndpointRequest,
} from '@tenantry/client';
import { call, type ListQuery } from './call';
import { AS_COOKIE, renewed } from './session';

// The operations of the contract that the console uses, one line each. Pages call these and nothing else.

export const auth = {
  signUp: (body: SignupRequest) =>
    call(businessSignUp, { body: { ...body, ...AS_COOKIE } }).then(renewed),
  join: (body: JoinRequest) =>
    call(businessSignUp, { body: { ...body, ...AS_COOKIE } }).then(renewed),
  logIn: (body: LoginRequest) =>
    call(sessionCreate, { body: { ...body, ...AS_COOKIE } }).then(renewed),
  askPasskey: () => call(sessionAskPasskey),
  logInByPasskey: (body: PasskeyLoginRequest) =>
    call(sessionCreateByPasskey, { body: { ...body, ...AS_COOKIE } }).then(renewed),
  verify: (body: SecondStepRequest) =>
    call(sessionVerify, { body: { ...body, ...AS_COOKIE } }).then(renewed),
  askProof: () => call(sessionAskProof),
  prove: (body: ReauthenticateRequest) => call(sessionProve, { body }),
  logOut: () => call(sessionEnd),
  forgotPassword: (body: ForgotPasswordRequest) => call(passwordForgot, { body }),
  resetPassword: (body: ResetPasswordRequest) => call(passwordReset, { body }),
  verifyEmail: (body: VerifyEmailRequest) => call(emailVerify, { body }),
  confirmEmailChange: (body: EmailChangeTokenRequest) => call(emailChangeConfirm, { body }),
  undoEmailChange: (body: EmailChangeTokenRequest) => call(emailChangeUndo, { body }),
  resendVerification: () => call(emailResend),
  lookUpInvitation: (activationKey: string) => call(invitationLookUp, { activationKey }),
};

export const signIn = {
  listProviders: (query: ParametersOf<typeof signInListProviders>) =>
    call(signInListProviders, query),
  begin: (body: BeginSignInRequest) => call(signInBegin, { body: { ...body, ...AS_COOKIE } }),
  finish: (body: FinishSignInRequest) =>
    call(sessionSignIn, { body: { ...body, ...AS_COOKIE } }).then(renewed),
};

export const identities = {
  list: () => call(identityList),
  link: (body: LinkIdentityRequest) => call(identityLink, { body }),
  unlink: (id: string) => call(identityUnlink, { id }),
  begin: (body: BeginOwnSignInRequest) => call(signInBeginOwn, { body }),
  finish: (body: ProviderAnswerRequest) => call(signInFinishOwn, { body }),
};

export const sso = {
  get: () => call(ssoGet),
  set: (body: SetSsoRequest) => call(ssoSet, { body }),
  remove: () => call(ssoRemove),
  proveDomain: (domain: string) => call(ssoProveDomain, { body: { domain } }),
  test: () => call(ssoTest),
};

export const me = {
  get: () => call(meGet),
  update: (body: UpdateMeRequest) => call(meUpdate, { body }),
  getEmail: () => call(emailChangeGet),
  changeEmail: (body: ChangeEmailRequest) => call(emailChangeRequest, { body }),
  cancelEmailChange: () => call(emailChangeCancel),
  changePassword: (body: ChangePasswordRequest) => call(passwordChange, { body }),
  listSessions: (query: ListQuery) => call(sessionList, query),
  endSession: (id: string) => call(sessionRevoke, { id }),
  listBusinesses: (query: ListQuery) => call(meListBusinesses, query),
  switchTo: (businessId: string) =>
    call(sessionSwitch, { body: { businessId, ...AS_COOKIE } }).then(renewed),
  acceptInvitation: (body: AcceptInvitationRequest) => call(invitationAccept, { body }),
};

export const mfa = {
  get: () => call(secondFactorGet),
  begin: () => call(secondFactorBegin),
  confirm: (body: ConfirmTotpRequest) => call(secondFactorConfirm, { body }),
  renewCodes: () => call(secondFactorRenewCodes),
  remove: () => call(secondFactorRemove),
  cancelReset: () => call(secondFactorCancelReset),
  beginPasskey: () => call(passkeyBegin),
  createPasskey: (body: CreatePasskeyRequest) => call(passkeyCreate, { body }),
  renamePasskey: (id: string, body: RenamePasskeyRequest) => call(passkeyRename, { id, body }),
  deletePasskey: (id: string) => call(passkeyDelete, { id }),
};

export const business = {
  get: () => call(businessGet),
  update: (body: UpdateBusinessRequest) => call(businessUpdate, { body }),
  create: (body: CreateBusinessRequest) =>
    call(businessCreate, { body: { ...body, ...AS_COOKIE } }).then(renewed),
};

export const team = {
  list: (query: ListQuery) => call(teamMemberList, query),
  assignRole: (id: string, body: AssignRoleRequest) => call(teamMemberAssignRole, { id, body }),
  activate: (id: string) => call(teamMemberActivate, { id }),
  deactivate: (id: string) => call(teamMemberDeactivate, { id }),
  remove: (id: string) => call(teamMemberRemove, { id }),
  clearSecondFactor: (id: string) => call(teamMemberClearSecondFactor, { id }),
};

export const invitations = {
  list: (query: ListQuery) => call(invitationList, query),
  create: (body: CreateInvitationRequest) => call(invitationCreate, { body }),
  resend: (id: string) => call(invitationResend, { id }),
  revoke: (id: string) => call(invitationRevoke, { id }),
};

export const apiKeys = {
  list: (query: ListQuery) => call(apiKeyList, query),
  create: (body: CreateApiKeyRequest) => call(apiKeyCreate, { body }),
  rotate: (id: string, body: RotateKeyRequest) => call(apiKeyRotate, { id, body }),
  revoke: (id: string) => call(apiKeyRevoke, { id }),
};

export const plans = {
  list: (query: ListQuery) => call(planList, query),
};

export const subscription = {
  get: () => call(subscriptionGet),
  preview: (body: ChangePlanRequest) => call(subscriptionPreviewChange, { body }),
  change: (body: ChangePlanRequest) => call(subscriptionChange, { body }),
  cancel: (body: CancelRequest) => call(subscriptionCancel, { body }),
  uncancel: () => call(subscriptionUncancel),
  pause: () => call(subscriptionPause),
  resume: () => call(subscriptionResume),
  update: (body: UpdateSubscriptionRequest) => call(subscriptionUpdate, { body }),
  listHistory: (query: ListQuery) => call(subscriptionListHistory, query),
  listPeriods: (query: ListQuery) => call(subscriptionListPeriods, query),
};

export const usage = {
  entitlements: () => call(entitlementList),
  explain: (feature: string) => call(usageExplainFeature, { feature }),
  history: (feature: string, query: { from: string; to: string }) =>
    call(usageHistory, { feature, ...query }),
  verify: (feature: string) => call(usageVerify, { feature }),
  getAlerts: (feature: string) => call(usageAlertsGet, { feature }),
  setAlerts: (feature: string, body: AlertsRequest) => call(usageAlertsSet, { feature, body }),
};

export const billing = {
  get: () => call(billingGet),
  openCheckout: (body: CreateCheckoutRequest) => call(billingOpenCheckout, { body }),
  openPortal: () => call(billingOpenPortal),
  listInvoices: (query: ListQuery) => call(billingListInvoices, query),
};

export const auditLog = {
  list: (query: ParametersOf<typeof auditLogList>) => call(auditLogList, query),
};

export const supportSessions = {
  list: (query: ListQuery) => call(supportSessionList, query),
  end: (id: string) => call(supportSessionEnd, { id }),
};

export const notifications = {
  list: (query: ParametersOf<typeof notificationList>) => call(notificationList, query),
  mark: (ids: string[], read: boolean) => call(notificationUpdate, { body: { ids, read } }),
  readAll: (body: ReadAllRequest) => call(notificationReadAll, { body }),
  getPreferences: () => call(notificationPreferenceList),
  setPreference: (preference: NotificationPreferenceRequest) =>
    call(notificationPreferenceUpdate, { body: { preferences: [preference] } }),
};

export const webhooks = {
  list: (query: ListQuery) => call(webhookEndpointList, query),
  get: (id: string) => call(webhookEndpointGet, { id }),
  create: (body: CreateWebhookEndpointRequest) => call(webhookEndpointCreate, { body }),
  update: (id: string, body: UpdateWebhookEndpointRequest) =>
    call(webhookEndpointUpdate, { id, body }),
  delete: (id: string) => call(webhookEndpointDelete, { id }),
  rotateSecret: (id: string) => call(webhookEndpointRotateSecret, { id }),
  enable: (id: string) => call(webhookEndpointEnable, { id }),
  disable: (id: string) => call(webhookEndpointDisable, { id }),
  test: (id: string) => call(webhookEndpointTest, { id }),
  replay: (id: string, body: ReplayWebhooksRequest) => call(webhookEndpointReplay, { id, body }),
  listDeliveries: (id: string, query: ListQuery) => call(webhookDeliveryList, { id, ...query }),
  redeliver: (id: string) => call(webhookDeliveryRedeliver, { id }),
};
