import type { ApplicationResponse } from '../../../src/product/applications/dto/application.response';
import type { Customer } from '../../support/customers';
import type { TestApplication } from '../../support/test-application';

/** Makes an application of the customer's, over HTTP. */
export async function createApplication(
  server: Pick<TestApplication, 'post'>,
  customer: Customer,
  name = 'Shop',
): Promise<ApplicationResponse> {
  const response = await server.post('/v1/applications', customer.token, { name });
  if (response.status !== 201)
    throw new Error(`creating an application answered ${response.status}: ${response.text}`);
  return response.body as ApplicationResponse;
}
