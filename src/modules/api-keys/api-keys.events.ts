import { defineEvent } from '../../common/events';
import { Id } from '../../common/fields';

export class ApiKeyCreatedData {
  @Id()
  apiKeyId!: string;
}

export const apiKeyCreated = defineEvent({
  type: 'api_key.created',
  permission: 'api_keys:read',
  description: 'There is a new API key. One that replaces another raises api_key.rotated instead',
  data: ApiKeyCreatedData,
});
