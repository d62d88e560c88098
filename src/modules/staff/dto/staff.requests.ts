import { SUPPORT_MODES, type SupportMode } from '../../../common/access/seats';
import { ListQuery } from '../../../common/dto/list.query';
import { Choice, Email, Id, Integer, Reason, Text } from '../../../common/fields';
import { SessionRequest } from '../../identity/dto/session.request';
import { ListAuditLogQuery } from '../../audit/dto/audit-log';

const QUERY_LENGTH = 254;

export class StaffLoginRequest extends SessionRequest {
  @Email()
  email!: string;

  @Text({ min: 1, max: 128 })
  password!: string;
}

export class SearchBusinessesQuery extends ListQuery {
  @Text({
    optional: true,
    min: 1,
    max: QUERY_LENGTH,
    description: 'Part of the name, or the whole address or id of a member',
  })
  query?: string;
}

export class OpenSupportSessionRequest extends SessionRequest {
  @Reason({ min: 10, description: 'Shown to the tenant' })
  reason!: string;

  @Text({ min: 1, max: 100, optional: true, nullable: true })
  ticket?: string | null;

  @Integer({ min: 1, max: 60, optional: true, description: '30 by default' })
  ttlMinutes: number = 30;

  @Choice('SupportMode', SUPPORT_MODES, { optional: true, description: 'read by default' })
  mode: SupportMode = 'read';
}

export class StaffAuditLogQuery extends ListAuditLogQuery {
  @Id({
    optional: true,
    description: 'The business; without it, the log of the installation: staff and plans',
  })
  businessId?: string;
}
