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

  @Instant()
  createdAt!: string;
}

export function toBusinessResponse(business: Business): BusinessResponse {
  const { id, name, status, supportAccess, createdAt } = business;
  return { id, name, status, supportAccess, createdAt: createdAt.toISOString() };
}
