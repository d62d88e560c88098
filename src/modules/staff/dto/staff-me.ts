import { STAFF_SESSION_HOURS } from '../../../common/access/seats';
import { hoursAfter } from '../../../common/clock';
import { Flag, Nested } from '../../../common/fields';
import {
  SecondFactorsResponse,
  toSecondFactorsResponse,
} from '../../identity/second-factors/dto/second-factors';
import type { StaffMe } from '../staff-second-factor.service';
import type { StaffSignedIn } from '../staff.service';
import { StaffResponse, type StaffLoginResponse } from './staff.responses';

export class StaffMeResponse extends StaffResponse {
  @Nested(() => SecondFactorsResponse)
  secondFactor!: SecondFactorsResponse;

  @Flag({ description: '`STAFF_SECOND_FACTOR`: without one, nothing else may be done' })
  secondFactorRequired!: boolean;
}

export function toStaffMeResponse(
  { account: { id, email, name }, factors }: StaffMe,
  secondFactorRequired: boolean,
): StaffMeResponse {
  const secondFactor = toSecondFactorsResponse(factors);
  return { id, email, name, secondFactor, secondFactorRequired };
}

export function toStaffLoginResponse({ account, opened }: StaffSignedIn): StaffLoginResponse {
  const { id, email, name } = account;
  const expiresAt = hoursAfter(opened.session.createdAt, STAFF_SESSION_HOURS).toISOString();
  return { session: { token: opened.token, expiresAt }, staff: { id, email, name } };
}
