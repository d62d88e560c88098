import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Integer, Text } from '../fields';
import type { DeclaredProblem, ProblemDefinition } from '../problem';

/** application/problem+json, RFC 9457. What a problem has beside this is in the schema of its code. */
export class ProblemResponse {
  @Text({ description: 'A URL that ends in the code' })
  type!: string;

  @Text()
  title!: string;

  @Integer({ min: 400, max: 599 })
  status!: number;

  @Text()
  detail!: string;

  @Text({ example: 'urn:request:01890a5d-ac96-774b-bcce-b302099a8057' })
  instance!: string;

  @Text({ description: 'Stable; switch on this', example: 'validation_failed' })
  code!: string;
}

/** A field that holds one of these problems. */
export function ProblemField(problems: DeclaredProblem[]): PropertyDecorator {
  return ApiProperty({ oneOf: problems.map(({ definition }) => referTo(definition)) });
}

/** `quota_exceeded` has the schema `QuotaExceededProblem`. */
export function schemaNameOf({ code }: ProblemDefinition): string {
  return `${inPascalCase(code)}Problem`;
}

export function referTo(definition: ProblemDefinition): { $ref: string } {
  return { $ref: getSchemaPath(schemaNameOf(definition)) };
}

export function inPascalCase(code: string): string {
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
