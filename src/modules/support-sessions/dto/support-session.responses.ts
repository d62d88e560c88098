import { SUPPORT_MODES, type SupportMode } from '../../../common/access/seats';
import { Choice, Email, Id, Instant, Text } from '../../../common/fields';
import { type SupportSession } from '../support-session.entity';

export class SupportSessionResponse {
  @Id()
  id!: string;

  @Email()
  staffEmail!: string;

  @Text()
  reason!: string;

  @Text({ nullable: true })
  ticket!: string | null;

  @Choice('SupportMode', SUPPORT_MODES)
  mode!: SupportMode;

  @Instant()
  startedAt!: string;

  @Instant()
  expiresAt!: string;

  @Instant({ nullable: true, description: 'When it was ended early' })
  endedAt!: string | null;
}

export function toSupportSessionResponse(session: SupportSession): SupportSessionResponse {
  const { id, staffEmail, reason, ticket, mode, startedAt, expiresAt, endedAt } = session;
  return {
    id,
    staffEmail,
    reason,
    ticket,
    mode,
    startedAt: startedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}
