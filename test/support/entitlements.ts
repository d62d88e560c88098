import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type { BusinessGrantResponse } from '../../src/modules/entitlements/dto/business-grant';
import type { FeatureResponse } from '../../src/modules/features/dto/feature';
import type { Customer } from './customers';
import { REASON, type StaffMember } from './staff';
import type { TestApplication } from './test-application';

type Server = Pick<TestApplication, 'post' | 'send'>;

/** Adds a feature under a new key. */
export async function addFeature(
  server: Server,
  staff: Pick<StaffMember, 'token'>,
  changes: object = {},
): Promise<FeatureResponse> {
  const key = `exports_${newId().replaceAll('-', '')}`;
  const body = { key, name: 'Exports', kind: 'metered', ...changes };
  const response = await server.post('/v1/staff/features', staff.token, body);
  if (response.status !== 201)
    throw new Error(`adding a feature answered ${response.status}: ${response.text}`);
  return response.body as FeatureResponse;
}

/** Where staff give a business grants of its own. */
export function ownGrantsOf({ business }: Pick<Customer, 'business'>): string {
  return `/v1/staff/businesses/${business.id}/entitlements`;
}

export async function askForOwnGrant(
  server: Server,
  staff: Pick<StaffMember, 'token'>,
  customer: Pick<Customer, 'business'>,
  key: string,
  body: object,
): Promise<Response> {
  const path = `${ownGrantsOf(customer)}/${key}`;
  return server.send('put', path, staff.token).send({ reason: REASON, ...body });
}

/** Gives a business its own grant of a feature. */
export async function giveOwnGrant(
  server: Server,
  staff: Pick<StaffMember, 'token'>,
  customer: Pick<Customer, 'business'>,
  key: string,
  body: object,
): Promise<BusinessGrantResponse> {
  const response = await askForOwnGrant(server, staff, customer, key, body);
  if (response.status !== 200)
    throw new Error(`a grant was answered with ${response.status}: ${response.text}`);
  return response.body as BusinessGrantResponse;
}
