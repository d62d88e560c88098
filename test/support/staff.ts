import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import type { Audience } from '../../src/common/access/access.decorator';
import type { Permission } from '../../src/common/access/permissions';
import { newId, PLATFORM_ID } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type {
  OpenedSupportSessionResponse,
  StaffLoginResponse,
} from '../../src/modules/staff/dto/staff.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import type { CreditResponse } from '../../src/modules/entitlements/dto/credit';
import type { SubscriptionResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { LIMITS, METERED } from '../product/description';
import type { Customer } from './customers';
import type { TestApplication } from './test-application';

export const STAFF_PASSWORD = 'a long passphrase of the staff';
export const REASON = 'The customer asked why an upload failed';

export interface StaffMember {
  id: string;
  email: string;
  token: string;
}

/** A staff account, made as the command makes it, and logged in; the password is STAFF_PASSWORD. */
export async function addStaff(server: TestApplication): Promise<StaffMember> {
  const email = `agent-${randomBytes(6).toString('hex')}@tenantry.test`;
  const given = { email, name: 'Joan Clarke', password: STAFF_PASSWORD };
  const { id } = await server.app
    .get(StaffService)
    .create(RequestContext.job('staff.create'), given);
  const { session } = await logInAsStaff(server, email);
  return { id, email, token: session.token };
}

export async function logInAsStaff(
  server: Pick<TestApplication, 'post'>,
  email: string,
  changes: object = {},
): Promise<StaffLoginResponse> {
  const credentials = { email, password: STAFF_PASSWORD, ...changes };
  const response = await server.post('/v1/staff/auth/login', undefined, credentials);
  if (response.status !== 200)
    throw new Error(`staff login answered ${response.status}: ${response.text}`);
  return response.body as StaffLoginResponse;
}

/** Asks to go into a business's support seat. */
export async function askForSupport(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  { business }: Pick<Customer, 'business'>,
  changes: object = {},
): Promise<Response> {
  const path = `/v1/staff/businesses/${business.id}/support-sessions`;
  return server.post(path, staff.token, { reason: REASON, ...changes });
}

/** Goes into a business's support seat. */
export async function openSupport(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  customer: Pick<Customer, 'business'>,
  changes: object = {},
): Promise<OpenedSupportSessionResponse> {
  const response = await askForSupport(server, staff, customer, changes);
  if (response.status !== 201)
    throw new Error(`opening support answered ${response.status}: ${response.text}`);
  return response.body as OpenedSupportSessionResponse;
}

/** A plan that costs nothing, listed, of 15 days as the default plan is, with limits that no test reaches by chance. */
export async function makePlan(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  changes: object = {},
): Promise<PlanResponse> {
  const slug = `plan-${newId()}`;
  const usual = {
    ...{ slug, name: slug, price: { amount: 0, currency: 'usd' } },
    interval: { unit: 'day', count: 15 },
    limits: { ...LIMITS, seats: 10 },
  };
  const response = await server.post('/v1/staff/plans', staff.token, { ...usual, ...changes });
  if (response.status !== 201)
    throw new Error(`making a plan answered ${response.status}: ${response.text}`);
  return response.body as PlanResponse;
}

export async function askToAssign(
  server: Pick<TestApplication, 'send'>,
  staff: Pick<StaffMember, 'token'>,
  { business }: Pick<Customer, 'business'>,
  body: object,
): Promise<Response> {
  const path = `/v1/staff/businesses/${business.id}/subscription`;
  return server.send('put', path, staff.token).send(body);
}

/** Puts a business on a plan, as staff may. */
export async function assignPlan(
  server: Pick<TestApplication, 'send'>,
  staff: Pick<StaffMember, 'token'>,
  customer: Pick<Customer, 'business'>,
  { id: planId }: Pick<PlanResponse, 'id'>,
): Promise<SubscriptionResponse> {
  const response = await askToAssign(server, staff, customer, { planId, reason: REASON });
  if (response.status !== 200)
    throw new Error(`assigning a plan answered ${response.status}: ${response.text}`);
  return response.body as SubscriptionResponse;
}

export async function askForCredit(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  { business }: Pick<Customer, 'business'>,
  body: object,
): Promise<Response> {
  return server.post(`/v1/staff/businesses/${business.id}/credits`, staff.token, body);
}

/** Gives a business so many units of the metered feature beside its plan. */
export async function grantCredit(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  customer: Pick<Customer, 'business'>,
  amount: number,
  expiresAt?: Date,
): Promise<CreditResponse> {
  const body = { feature: METERED, amount, expiresAt, reason: REASON };
  const response = await askForCredit(server, staff, customer, body);
  if (response.status !== 201)
    throw new Error(`granting credits answered ${response.status}: ${response.text}`);
  return response.body as CreditResponse;
}

/** The newest audit rows that a token sees, of one action if named. */
export async function readAuditLog(
  server: Pick<TestApplication, 'get'>,
  token: string,
  query = '',
  path = '/v1/audit-log',
): Promise<AuditEntryResponse[]> {
  const response = await server.get(`${path}?limit=100${query}`, token);
  if (response.status !== 200)
    throw new Error(`the audit log answered ${response.status}: ${response.text}`);
  return (response.body as { data: AuditEntryResponse[] }).data;
}

/** A route, as /openapi.json describes it. */
export interface Operation {
  verb: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** With an id that nothing has in place of each parameter. */
  path: string;
  audience: Audience;
  permission: Permission | null;
  action: string;
}

interface Described {
  operationId: string;
  'x-audience': Audience;
  'x-permission'?: Permission;
}

/** Every route of the server, from its own description. */
export async function listOperations(server: Pick<TestApplication, 'get'>): Promise<Operation[]> {
  const response = await server.get('/openapi.json');
  const { paths } = response.body as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, described]) => ({
      verb: verb as Operation['verb'],
      path: path.replaceAll(/\{\w+\}/g, PLATFORM_ID),
      audience: described['x-audience'],
      permission: described['x-permission'] ?? null,
      action: described.operationId,
    })),
  );
}

/** Calls a route with a body that says nothing; the stream of events until it has caught up. */
export async function call(
  server: Pick<TestApplication, 'send'>,
  { verb, path }: Pick<Operation, 'verb' | 'path'>,
  token: string,
): Promise<Response> {
  const query = path === '/v1/stream' ? '?follow=false' : '';
  const request = server.send(verb, `${path}${query}`, token);
  return verb === 'get' || verb === 'delete' ? request : request.send({});
}

/** `get /v1/me`, for lists of routes in expectations. */
export function nameOf({ verb, path }: Pick<Operation, 'verb' | 'path'>): string {
  return `${verb} ${path}`;
}
