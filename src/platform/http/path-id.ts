import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { PLATFORM_ID, isId } from '../../common/ids';

/**
 * Maps a malformed id to the nil UUID, which nothing has, so that it gets the same 404, in the same order of checks,
 * as a missing thing.
 */
class MissingWhenMalformed implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    return isId(value) ? value.toLowerCase() : PLATFORM_ID;
  }
}

/** An id in the path. */
export function PathId(name = 'id'): ParameterDecorator {
  return (target, key, index) => {
    Param(name, new MissingWhenMalformed())(target, key, index);
    if (key === undefined) return;
    const descriptor = Object.getOwnPropertyDescriptor(target, key)!;
    ApiParam({ name, schema: { type: 'string', format: 'uuid' } })(target, key, descriptor);
  };
}
