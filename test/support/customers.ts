import { randomBytes } from 'node:crypto';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import type { TestApplication } from './test-application';

export const PASSWORD = 'correct horse battery staple';

/** A business with everything that signup gives. */
export interface Customer extends SignupResponse {
  email: string;
  /** The owner's session. */
  token: string;
  /** The SDK's key. */
  key: string;
}

/** Signs up a business, over HTTP. */
export async function signUp(
  server: Pick<TestApplication, 'post'>,
  businessName = 'Acme',
): Promise<Customer> {
  const email = `owner-${randomBytes(6).toString('hex')}@example.com`;
  const response = await server.post('/v1/auth/signup', undefined, {
    businessName,
    fullName: 'Ada Lovelace',
    email,
    password: PASSWORD,
  });
  if (response.status !== 201)
    throw new Error(`signup answered ${response.status}: ${response.text}`);
  const body = response.body as SignupResponse;
  return { ...body, email, token: body.session.token, key: body.apiKey.key };
}

let sequence = 0;

/** A recording that the SDK could send; every one with an external id of its own unless given. */
export function aRecording(changes: object = {}): Record<string, unknown> {
  sequence += 1;
  return {
    externalId: `recording-${process.pid}-${sequence}`,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1000,
    ...changes,
  };
}
