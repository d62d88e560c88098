import { SCOPES, type Scope } from '../../../common/access/permissions';
import { ChoiceList, Id, Instant, Name, Text } from '../../../common/fields';

export class ApiKeyResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Text({ description: 'The last four characters' })
  hint!: string;

  @ChoiceList('Scope', SCOPES)
  scopes!: Scope[];

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
