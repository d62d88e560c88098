import { SCOPES, type Scope } from '../../../common/access/permissions';
import { ChoiceList, Instant, Name } from '../../../common/fields';

export class CreateApiKeyRequest {
  @Name({ example: 'Android app' })
  name!: string;

  @Instant({
    optional: true,
    nullable: true,
    description: 'Without it, the key is valid until it is revoked',
  })
  expiresAt?: string | null;

  @ChoiceList('Scope', SCOPES, {
    min: 1,
    optional: true,
    description: 'What the key may do; without it, everything',
  })
  scopes?: Scope[];
}
