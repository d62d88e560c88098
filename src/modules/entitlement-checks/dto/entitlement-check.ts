import { BusinessRequest } from '../../../common/dto/business-request';
import { Choice, EitherOrNull, Flag, Integer, Text } from '../../../common/fields';
import {
  AllocatedUsageResponse,
  MeteredUsageResponse,
  toUsageResponse,
} from '../../entitlements/dto/usage.response';
import { MAXIMUM_AMOUNT } from '../../entitlements/usage';
import { CHECK_REASONS, type Check, type CheckReason } from '../check';

export class CheckEntitlementRequest extends BusinessRequest {
  @Text({ min: 1, max: 63, description: 'The key of a feature', example: 'exports' })
  feature!: string;

  @Integer({
    min: 1,
    max: MAXIMUM_AMOUNT,
    optional: true,
    description: 'How many more of a metered or allocated feature; without it, 1',
  })
  amount?: number;
}

export class EntitlementCheckResponse {
  @Flag()
  allowed!: boolean;

  @Choice('CheckReason', CHECK_REASONS, { nullable: true, description: 'Null: it is allowed' })
  reason!: CheckReason | null;

  @EitherOrNull([MeteredUsageResponse, AllocatedUsageResponse], {
    description: 'Null for flags and values, and for an archived feature without usage',
  })
  usage!: MeteredUsageResponse | AllocatedUsageResponse | null;
}

export function toEntitlementCheckResponse({
  feature,
  reason,
  view,
}: Check): EntitlementCheckResponse {
  const usage = toUsageResponse(view)[feature.key] ?? null;
  return { allowed: reason === null, reason, usage };
}
