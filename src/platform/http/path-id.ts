import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { PLATFORM_ID, isId } from '../../common/ids';

/**
 * A malformed id becomes the nil UUID, which nothing has, so that it ends in the very 404 of a missing thing,
 * and in the same order of refusals.
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
