import { Choice, Id, Instant, Name, OriginList, Text } from '../../../common/fields';
import { PLATFORMS, type Application, type Platform } from '../application.entity';

export class ApplicationResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Text({ nullable: true })
  bundleId!: string | null;

  @Choice('Platform', PLATFORMS, { nullable: true })
  platform!: Platform | null;

  @OriginList({ max: 20 })
  origins!: string[];

  @Instant()
  createdAt!: string;
}

export function toApplicationResponse(application: Application): ApplicationResponse {
  const { id, name, bundleId, platform, origins, createdAt } = application;
  return { id, name, bundleId, platform, origins, createdAt: createdAt.toISOString() };
}
