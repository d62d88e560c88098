import { applyDecorators, type INestApplication } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ApiTags } from '@nestjs/swagger';

interface TagOptions {
  description: string;
  /** Among the tags of openapi.json, ascending. */
  position: number;
}

interface DeclaredTag extends TagOptions {
  name: string;
}

const DescribedTag = DiscoveryService.createDecorator<DeclaredTag>();

/** The heading of a controller's routes in openapi.json. One controller describes it; others use `@ApiTags(name)`. */
export function Tag(name: string, options: TagOptions): ClassDecorator {
  return applyDecorators(ApiTags(name), DescribedTag({ name, ...options }));
}

/** The tags that the controllers of this application declare, in order. */
export function tagsOf(app: INestApplication): DeclaredTag[] {
  const discovery = app.get(DiscoveryService, { strict: false });
  return discovery
    .getControllers({ metadataKey: DescribedTag.KEY })
    .flatMap((controller) => discovery.getMetadataByDecorator(DescribedTag, controller) ?? [])
    .sort((one, other) => one.position - other.position);
}
