import { SCOPES, type Scope } from '../../../common/access/permissions';
import { KeyResponse } from '../../../common/dto/issued-key';
import { ChoiceList, Text } from '../../../common/fields';

export class ApiKeyResponse extends KeyResponse {
  @ChoiceList('Scope', SCOPES)
  scopes!: Scope[];
}

export class CreatedApiKeyResponse extends ApiKeyResponse {
  @Text({ description: 'Shown only once', example: 'tnk_…' })
  key!: string;
}
