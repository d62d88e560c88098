import { errors } from 'jose';
import { ClientError, ResponseBodyError } from 'openid-client';
import { DomainError } from '../../common/problem';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import { issuerUnavailable, signInInvalid } from './sign-in.errors';

/** What makes an answer no answer of an identity provider: HTML, say. */
const UNUSABLE = [
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_PARSE_ERROR',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
  'OAUTH_REQUEST_PROTOCOL_FORBIDDEN',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
];

const WHY: Record<string, string> = {
  OAUTH_JWT_CLAIM_COMPARISON_FAILED:
    'The issuer, audience or nonce of its ID token is not the one expected.',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'Its ID token has expired, or is not valid yet.',
  OAUTH_KEY_SELECTION_FAILED: 'Its ID token is signed with none of its keys.',
  OAUTH_UNSUPPORTED_OPERATION: 'The algorithm of its ID token is not accepted.',
};

/**
 * What became of a question to a provider.
 * @throws 401 sign_in_invalid, 503 issuer_unavailable, and what is no fault of the provider as it is
 */
export function toProblem(error: unknown): never {
  if (error instanceof DomainError) throw error;
  const failure = causesOf(error).find((each) => each instanceof OutboundFailure);
  if (failure) throw issuerUnavailable({ cause: failure }); // for the log alone
  const code = codeOf(error);
  if (UNUSABLE.includes(code)) throw issuerUnavailable({ cause: error });
  if (error instanceof ResponseBodyError)
    throw signInInvalid({ detail: 'The provider does not accept the code that it gave.' });
  if (
    error instanceof ClientError ||
    error instanceof errors.JOSEError ||
    code.startsWith('OAUTH_')
  )
    throw signInInvalid({ detail: WHY[code] ?? 'The answer of the provider is not in order.' });
  throw error;
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function causesOf(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
