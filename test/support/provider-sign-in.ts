import type { Response } from 'supertest';
import type { BegunSignInResponse } from '../../src/modules/sign-in/dto/sign-ins';
import { visit } from './identity-provider';
import type { TestApplication } from './test-application';

/** A sign-in that the provider has answered; `finish` sends the answer. */
export interface Answered {
  handle: string;
  query: Record<string, string>;
}

/** Begins, and goes to the provider and back. */
export async function answered(
  server: TestApplication,
  body: object = {},
  jar?: Map<string, string>,
): Promise<Answered> {
  const request = { provider: 'idp', ...body };
  const begun = await server.post('/v1/auth/sign-ins', undefined, request);
  expect([begun.status, begun.text]).toEqual([201, expect.any(String)]);
  const { url, handle } = begun.body as BegunSignInResponse;
  return { handle: handle!, query: Object.fromEntries(await visit(url, jar)) };
}

export function finish(
  server: TestApplication,
  { handle, query }: Answered,
  changes: object = {},
): Promise<Response> {
  const { state, code, iss, error } = query;
  const body = { provider: 'idp', handle, state, code, iss, error, ...changes };
  return Promise.resolve(server.post('/v1/auth/sign-ins/finish', undefined, body));
}

/** All of a sign-in. */
export async function signIn(server: TestApplication, body: object = {}): Promise<Response> {
  return finish(server, await answered(server, body));
}
