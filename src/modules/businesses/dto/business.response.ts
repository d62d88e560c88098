import { Choice, Flag, Id, Instant, Name } from '../../../common/fields';
import { BUSINESS_STATUSES, type Business, type BusinessStatus } from '../business.entity';

export class BusinessResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Choice('BusinessStatus', BUSINESS_STATUSES)
  status!: BusinessStatus;

  @Flag({ description: 'Whether staff may open support sessions' })
  supportAccess!: boolean;

  @Flag({ description: 'Whether its people need a second factor' })
  requireSecondFactor!: boolean;

  @Instant()
  createdAt!: string;
}

export function toBusinessResponse(business: Business): BusinessResponse {
  const { id, name, status, supportAccess, requireSecondFactor, createdAt } = business;
  const settings = { supportAccess, requireSecondFactor };
  return { id, name, status, ...settings, createdAt: createdAt.toISOString() };
}
