import { Id, Instant, Integer, Name, Text } from '../fields';

/** What lists show of a key. */
export class KeyResponse {
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

const ONE_WEEK_SECONDS = 604_800;

export class RotateKeyRequest {
  @Integer({
    min: 0,
    max: ONE_WEEK_SECONDS,
    description: 'How long the old key stays valid; 0: it ends at once',
  })
  overlapSeconds!: number;
}

interface ShownKey {
  id: string;
  name: string;
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export function toKeyResponse({ id, name, hint, ...times }: ShownKey): KeyResponse {
  return {
    ...{ id, name, hint },
    createdAt: times.createdAt.toISOString(),
    lastUsedAt: times.lastUsedAt?.toISOString() ?? null,
    expiresAt: times.expiresAt?.toISOString() ?? null,
    revokedAt: times.revokedAt?.toISOString() ?? null,
  };
}
