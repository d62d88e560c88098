import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { Integer, ListOf, Text } from '../fields';
import type { ProblemFactory } from '../problem';
import { STATUS_OF_KIND } from '../problem-status';

export class FieldFaultResponse {
  @Text({ description: 'JSON Pointer (RFC 6901) to the field', example: '/email' })
  pointer!: string;

  @Text({ example: 'email' })
  code!: string;

  @Text({ example: 'must be one e-mail address' })
  detail!: string;
}

/** application/problem+json, RFC 9457. Some problems have further members; docs/problems.md lists them. */
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

  @ListOf(() => FieldFaultResponse, { optional: true, description: 'Only with validation_failed' })
  errors?: FieldFaultResponse[];
}

/** Documents a route's problems: one response a status, its codes in the description. */
export function problemResponses(problems: ProblemFactory[]): MethodDecorator[] {
  const titlesByStatus = new Map<number, string[]>();
  for (const { definition } of problems) {
    const status = STATUS_OF_KIND[definition.kind];
    const titles = titlesByStatus.get(status) ?? [];
    titlesByStatus.set(status, [...titles, `\`${definition.code}\`: ${definition.title}`]);
  }
  return [...titlesByStatus].map(([status, titles]) => problemResponse(status, titles));
}

function problemResponse(status: number, titles: string[]): MethodDecorator {
  const content = {
    'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } },
  };
  return applyDecorators(
    ApiExtraModels(ProblemResponse),
    ApiResponse({ status, description: titles.join('\n\n'), content }),
  );
}
