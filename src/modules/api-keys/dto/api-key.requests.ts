import { Instant, Integer, Name } from '../../../common/fields';

export class CreateApiKeyRequest {
  @Name({ example: 'Android app' })
  name!: string;

  @Instant({
    optional: true,
    nullable: true,
    description: 'Without it, the key is valid until it is revoked',
  })
  expiresAt?: string | null;
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
