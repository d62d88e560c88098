import { SERVICE_SCOPES } from '../../src/common/access/permissions';
import type { CreatedServiceKeyResponse } from '../../src/modules/service-keys/dto/service-key';
import type { StaffMember } from './staff';
import type { TestApplication } from './test-application';

/** A key of all scopes for any business, unless the changes say otherwise. */
export async function createServiceKey(
  server: Pick<TestApplication, 'post'>,
  staff: Pick<StaffMember, 'token'>,
  changes: object = {},
): Promise<CreatedServiceKeyResponse> {
  const request = { name: 'Export worker', scopes: SERVICE_SCOPES, ...changes };
  const response = await server.post('/v1/staff/service-keys', staff.token, request);
  if (response.status !== 201)
    throw new Error(`creating a service key answered ${response.status}: ${response.text}`);
  return response.body as CreatedServiceKeyResponse;
}
