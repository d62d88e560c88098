import { SCOPES, type Scope } from '../../../common/access/permissions';
import { ChoiceList, Instant, Integer, Name } from '../../../common/fields';

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

const ONE_WEEK_SECONDS = 604_800;

export class RotateApiKeyRequest {
  @Integer({
    min: 0,
    max: ONE_WEEK_SECONDS,
    description: 'How long the old key stays valid; 0: it ends at once',
  })
  overlapSeconds!: number;
}
