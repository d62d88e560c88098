import { addProblems } from '../../../common/access/access.decorator';
import { toKeyResponse } from '../../../common/dto/issued-key';
import { Id } from '../../../common/fields';
import type { ProblemFactory } from '../../../common/problem';
import type { ApiKey } from '../api-key.entity';
import type { CreatedApiKey } from '../api-keys.repository';
import { CreateApiKeyRequest } from './api-key.requests';
import { ApiKeyResponse, CreatedApiKeyResponse } from './api-key.responses';

/** What a key may be bound to: a thing of the product, whose id has a field of its own in requests and answers. */
export interface KeyTarget {
  field: string;
  description: string;
  /** The 404 of an id that leads to none. */
  notFound: ProblemFactory;
}

let declared: KeyTarget | null = null;

/** For the product, while its modules load: routes are documented afterwards. Without it keys are bound to nothing. */
export function bindKeysTo(target: KeyTarget): void {
  const { field, description, notFound } = target;
  declared = target;
  Id({ description, optional: true, nullable: true })(CreateApiKeyRequest.prototype, field);
  for (const { prototype } of [ApiKeyResponse, CreatedApiKeyResponse])
    Id({ description, nullable: true })(prototype, field);
  addProblems('api_key.create', [notFound]);
}

/** The id that the request names, as the database writes it. */
export function targetOf(request: CreateApiKeyRequest): string | null {
  const fields = request as object as Record<string, string | null | undefined>;
  return (declared && fields[declared.field]?.toLowerCase()) ?? null;
}

/** @throws Error where nothing is declared: no request can name a target then */
export function targetNotFound(): Error {
  return declared ? declared.notFound() : new Error('keys are bound to nothing');
}

export function toApiKeyResponse(apiKey: ApiKey): ApiKeyResponse {
  const { id, name, hint, ...times } = toKeyResponse(apiKey);
  const { boundTo, scopes } = apiKey;
  return { id, name, hint, ...(declared && { [declared.field]: boundTo }), scopes, ...times };
}

export function toCreatedApiKeyResponse({ apiKey, key }: CreatedApiKey): CreatedApiKeyResponse {
  return { ...toApiKeyResponse(apiKey), key };
}
