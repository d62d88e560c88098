import { Id, Instant, Name, Text } from '../../../common/fields';
import type { ApiKey } from '../api-key.entity';
import type { CreatedApiKey } from '../api-keys.repository';

export class ApiKeyResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Text({ description: 'The last four characters' })
  hint!: string;

  @Instant()
  createdAt!: string;

  @Instant({ nullable: true, description: 'To the minute' })
  lastUsedAt!: string | null;

  @Instant({ nullable: true })
  expiresAt!: string | null;

  @Instant({ nullable: true })
  revokedAt!: string | null;
}

export class CreatedApiKeyResponse extends ApiKeyResponse {
  @Text({ description: 'Shown only once', example: 'tnk_…' })
  key!: string;
}

export function toApiKeyResponse(apiKey: ApiKey): ApiKeyResponse {
  const { id, name, hint, createdAt, lastUsedAt, expiresAt, revokedAt } = apiKey;
  return {
    id,
    name,
    hint,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

export function toCreatedApiKeyResponse({ apiKey, key }: CreatedApiKey): CreatedApiKeyResponse {
  return { ...toApiKeyResponse(apiKey), key };
}
