import { defineEvent } from '../../common/events';
import { Id } from '../../common/fields';

export class ApiKeyData {
  @Id()
  apiKeyId!: string;
}

export class ApiKeyRotatedData extends ApiKeyData {
  @Id({ description: 'The key that replaces it' })
  newApiKeyId!: string;
}

const apiKey = { permission: 'api_keys:read', data: ApiKeyData } as const;

export const apiKeyCreated = defineEvent({
  ...apiKey,
  type: 'api_key.created',
  notice: { title: 'An API key was created', mailTo: [] },
  description: 'There is a new API key. One that replaces another raises `api_key.rotated` instead',
});

export const apiKeyRotated = defineEvent({
  ...apiKey,
  data: ApiKeyRotatedData,
  type: 'api_key.rotated',
  notice: { title: 'An API key was rotated', mailTo: [] },
  description: 'An API key is replaced by another',
});

export const apiKeyRevoked = defineEvent({
  ...apiKey,
  type: 'api_key.revoked',
  notice: { title: 'An API key was revoked', mailTo: [] },
  description: 'An API key was ended, by itself or with the thing that it was bound to',
});
