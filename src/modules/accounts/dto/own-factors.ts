import { Instant } from '../../../common/fields';
import {
  SecondFactorsResponse,
  toSecondFactorsResponse,
} from '../../identity/second-factors/dto/second-factors';
import type { OwnFactors } from '../own-factors.service';

export class OwnFactorsResponse extends SecondFactorsResponse {
  @Instant({
    nullable: true,
    description: 'When the operator removes it, as it was said to be lost; null: never',
  })
  resetAt!: string | null;
}

export function toOwnFactorsResponse(factors: OwnFactors): OwnFactorsResponse {
  const resetAt = factors.resetAt?.toISOString() ?? null;
  return { ...toSecondFactorsResponse(factors), resetAt };
}
