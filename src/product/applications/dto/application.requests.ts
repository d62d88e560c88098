import { Choice, Name, OriginList, Text } from '../../../common/fields';
import { PLATFORMS, type Platform } from '../application.entity';

const BUNDLE_ID_LENGTH = 255;

const ORIGINS = {
  max: 20,
  optional: true,
  description:
    'Of the platform `web` only: whose pages may call the SDK routes from a browser (CORS)',
};

export class CreateApplicationRequest {
  @Name({ example: 'Shop' })
  name!: string;

  @Text({
    min: 1,
    max: BUNDLE_ID_LENGTH,
    optional: true,
    nullable: true,
    example: 'com.example.shop',
  })
  bundleId?: string | null;

  @Choice('Platform', PLATFORMS, { optional: true, nullable: true })
  platform?: Platform | null;

  @OriginList(ORIGINS)
  origins?: string[];
}

export class UpdateApplicationRequest {
  @Name({ optional: true })
  name?: string;

  @Text({ min: 1, max: BUNDLE_ID_LENGTH, optional: true, nullable: true })
  bundleId?: string | null;

  @Choice('Platform', PLATFORMS, { optional: true, nullable: true })
  platform?: Platform | null;

  @OriginList(ORIGINS)
  origins?: string[];
}
