import { Choice, Integer, JsonObject, ListOfEither, Nested, Text } from '../../../common/fields';
import { ApiProperty } from '@nestjs/swagger';
import { EVALUATION_REASONS, type EvaluationReason } from '../ofrep/evaluation';

export class EvaluationRequest {
  @JsonObject({
    maxBytes: 4_096,
    optional: true,
    description:
      'The evaluation context. `targetingKey` decides about flags that are on for a share; service keys name the business by `businessId`. Nothing of it is stored or logged.',
    example: { targetingKey: 'user-42' },
  })
  context?: object;
}

export class EvaluationResponse {
  @Text({ example: 'sso' })
  key!: string;

  @ApiProperty({
    oneOf: [{ type: 'boolean' }, { type: 'integer' }, { type: 'string' }],
    description: 'A flag is true or false; a config feature has an integer or a text',
  })
  value!: boolean | number | string;

  @Choice('EvaluationReason', EVALUATION_REASONS, {
    description:
      'TARGETING_MATCH: a grant of the business itself; SPLIT: the rollout; STATIC: the plan; DEFAULT: nothing grants it',
  })
  reason!: EvaluationReason;

  @Text({ optional: true, description: 'Of flags: on or off' })
  variant?: string;
}

export class EvaluationFaultResponse {
  @Text()
  key!: string;

  @Text({ example: 'TARGETING_KEY_MISSING' })
  errorCode!: string;

  @Text()
  errorDetails!: string;
}

export class EvaluationsMetadataResponse {
  @Integer({ description: 'How many are in this answer' })
  evaluated!: number;

  @Integer({ description: 'How many there are' })
  of!: number;
}

export class EvaluationsResponse {
  @ListOfEither([EvaluationResponse, EvaluationFaultResponse])
  flags!: (EvaluationResponse | EvaluationFaultResponse)[];

  @Nested(() => EvaluationsMetadataResponse, {
    optional: true,
    description:
      'Only where there are more than 50 flags and values: the first 50 by key were evaluated',
  })
  metadata?: EvaluationsMetadataResponse;
}
