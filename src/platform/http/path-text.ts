import { Param, type PipeTransform } from '@nestjs/common';

const NUL = '\0';

/** Maps a text that PostgreSQL cannot hold to the empty one, which names nothing: the same 404 as for a missing thing. */
class MissingWhenImpossible implements PipeTransform<string, string> {
  transform(value: string): string {
    return value.includes(NUL) ? '' : value;
  }
}

/** A text in the path that names a thing: a key, or an id of another system. */
export function PathText(name: string): ParameterDecorator {
  return Param(name, new MissingWhenImpossible());
}
