import {
  businessActivate,
  businessDeactivate,
  creditGrant,
  creditList,
  creditVoid,
  entitlementGrant,
  entitlementListOwn,
  entitlementRevoke,
  featureCreate,
  featureList,
  featureUpdate,
  healthReady,
  jobList,
  jobRetry,
  planArchive,
  planCreate,
  planUpdate,
  serviceKeyCreate,
  serviceKeyList,
  serviceKeyRevoke,
  serviceKeyRotate,
  staffAuditLogList,
  staffBusinessGet,
  staffBusinessList,
  staffMeGet,
  staffPasskeyBegin,
  staffPasskeyCreate,
  staffPasskeyDelete,
  staffPasskeyRename,
  staffPlanList,
  staffSecondFactorBegin,
  staffSecondFactorConfirm,
  staffSecondFactorRemove,
  staffSecondFactorRenewCodes,
  staffSessionAskPasskey,
  staffSessionAskProof,
  staffSessionCreate,
  staffSessionCreateByPasskey,
  staffSessionEnd,
  staffSessionProve,
  staffSessionVerify,
  staffSubscriptionAssign,
  staffSubscriptionListHistory,
  staffWebhookDeliveryList,
  staffWebhookDeliveryRedeliver,
  staffWebhookEndpointCreate,
  staffWebhookEndpointDelete,
  staffWebhookEndpointDisable,
  staffWebhookEndpointEnable,
  staffWebhookEndpointGet,
  staffWebhookEndpointList,
  staffWebhookEndpointReplay,
  staffWebhookEndpointRotateSecret,
  staffWebhookEndpointTest,
  staffWebhookEndpointUpdate,
  supportSessionStart,
  webhookEventList,
  webhookEventRetry,
} from '@tenantry/client';
import type {
  AssignPlanRequest,
  ConfirmTotpRequest,
  CreateFeatureRequest,
  CreatePasskeyRequest,
  CreatePlanRequest,
  CreateServiceKeyRequest,
  CreateWebhookEndpointRequest,
  ReplayWebhooksRequest,
  UpdateWebhookEndpointRequest,
  GrantCreditRequest,
  GrantToBusinessRequest,
  OpenSupportSessionRequest,
  ReauthenticateRequest,
  RenamePasskeyRequest,
  RotateKeyRequest,
  SecondStepRequest,
  StaffLoginRequest,
  StaffPasskeyLoginRequest,
  UpdateFeatureRequest,
  UpdatePlanRequest,
  ParametersOf,
} from '@tenantry/client';
import { call, type ListQuery } from './call';
import { AS_COOKIE } from './session';

// As operations.ts, for staff.

export const staffAuth = {
  logIn: (body: StaffLoginRequest) => call(staffSessionCreate, { body: { ...body, ...AS_COOKIE } }),
  askPasskey: () => call(staffSessionAskPasskey),
  logInByPasskey: (body: StaffPasskeyLoginRequest) =>
    call(staffSessionCreateByPasskey, { body: { ...body, ...AS_COOKIE } }),
  verify: (body: SecondStepRequest) =>
    call(staffSessionVerify, { body: { ...body, ...AS_COOKIE } }),
  askProof: () => call(staffSessionAskProof),
  prove: (body: ReauthenticateRequest) => call(staffSessionProve, { body }),
  get: () => call(staffMeGet),
  logOut: () => call(staffSessionEnd),
};

export const staffMfa = {
  begin: () => call(staffSecondFactorBegin),
  confirm: (body: ConfirmTotpRequest) => call(staffSecondFactorConfirm, { body }),
  renewCodes: () => call(staffSecondFactorRenewCodes),
  remove: () => call(staffSecondFactorRemove),
  beginPasskey: () => call(staffPasskeyBegin),
  createPasskey: (body: CreatePasskeyRequest) => call(staffPasskeyCreate, { body }),
  renamePasskey: (id: string, body: RenamePasskeyRequest) => call(staffPasskeyRename, { id, body }),
  deletePasskey: (id: string) => call(staffPasskeyDelete, { id }),
};

export const staffBusinesses = {
  list: (query: ParametersOf<typeof staffBusinessList>) => call(staffBusinessList, query),
  get: (id: string) => call(staffBusinessGet, { id }),
  activate: (id: string) => call(businessActivate, { id }),
  deactivate: (id: string) => call(businessDeactivate, { id }),
  assignPlan: (id: string, body: AssignPlanRequest) => call(staffSubscriptionAssign, { id, body }),
  listHistory: (id: string, query: ListQuery) =>
    call(staffSubscriptionListHistory, { id, ...query }),
  listCredits: (id: string, query: ListQuery) => call(creditList, { id, ...query }),
  grantCredit: (id: string, body: GrantCreditRequest) => call(creditGrant, { id, body }),
  voidCredit: (id: string, creditId: string) => call(creditVoid, { id, creditId }),
  listGrants: (id: string, query: ListQuery) => call(entitlementListOwn, { id, ...query }),
  grant: (id: string, feature: string, body: GrantToBusinessRequest) =>
    call(entitlementGrant, { id, key: feature, body }),
  revokeGrant: (id: string, feature: string) => call(entitlementRevoke, { id, key: feature }),
  openSupport: (id: string, body: OpenSupportSessionRequest) =>
    call(supportSessionStart, { id, body: { ...body, ...AS_COOKIE } }),
};

export const staffPlans = {
  list: (query: ListQuery) => call(staffPlanList, query),
  create: (body: CreatePlanRequest) => call(planCreate, { body }),
  update: (id: string, body: UpdatePlanRequest) => call(planUpdate, { id, body }),
  archive: (id: string) => call(planArchive, { id }),
};

export const staffFeatures = {
  list: (query: ListQuery) => call(featureList, query),
  create: (body: CreateFeatureRequest) => call(featureCreate, { body }),
  update: (key: string, body: UpdateFeatureRequest) => call(featureUpdate, { key, body }),
};

export const staffKeys = {
  list: (query: ListQuery) => call(serviceKeyList, query),
  create: (body: CreateServiceKeyRequest) => call(serviceKeyCreate, { body }),
  rotate: (id: string, body: RotateKeyRequest) => call(serviceKeyRotate, { id, body }),
  revoke: (id: string) => call(serviceKeyRevoke, { id }),
};

export const staffOperations = {
  listJobs: (query: ParametersOf<typeof jobList>) => call(jobList, query),
  retryJob: (id: string) => call(jobRetry, { id }),
  listInbox: (query: ParametersOf<typeof webhookEventList>) => call(webhookEventList, query),
  retryEvent: (id: string) => call(webhookEventRetry, { id }),
  listAuditLog: (query: ParametersOf<typeof staffAuditLogList>) => call(staffAuditLogList, query),
  readiness: () => call(healthReady),
};

export const staffWebhooks = {
  list: (query: ListQuery) => call(staffWebhookEndpointList, query),
  get: (id: string) => call(staffWebhookEndpointGet, { id }),
  create: (body: CreateWebhookEndpointRequest) => call(staffWebhookEndpointCreate, { body }),
  update: (id: string, body: UpdateWebhookEndpointRequest) =>
    call(staffWebhookEndpointUpdate, { id, body }),
  delete: (id: string) => call(staffWebhookEndpointDelete, { id }),
  rotateSecret: (id: string) => call(staffWebhookEndpointRotateSecret, { id }),
  enable: (id: string) => call(staffWebhookEndpointEnable, { id }),
  disable: (id: string) => call(staffWebhookEndpointDisable, { id }),
  test: (id: string) => call(staffWebhookEndpointTest, { id }),
  replay: (id: string, body: ReplayWebhooksRequest) =>
    call(staffWebhookEndpointReplay, { id, body }),
  listDeliveries: (id: string, query: ListQuery) =>
    call(staffWebhookDeliveryList, { id, ...query }),
  redeliver: (id: string) => call(staffWebhookDeliveryRedeliver, { id }),
};
