import { SUPPORT_MODES, type SupportMode } from '../../common/access/seats';
import { defineEvent } from '../../common/events';
import { Choice, Id, Instant } from '../../common/fields';

export class SupportSessionStartedData {
  @Id()
  supportSessionId!: string;

  @Choice('SupportMode', SUPPORT_MODES)
  mode!: SupportMode;

  @Instant({ description: 'It ends then, without an event' })
  expiresAt!: string;
}

export class SupportSessionEndedData {
  @Id()
  supportSessionId!: string;
}

const permission = 'support_sessions:read';

export const supportSessionStarted = defineEvent({
  type: 'support_session.started',
  notice: {
    title: 'Support has opened a session',
    mailTo: ['owner'],
    hasOwnMail: true,
    isFixed: true,
  },
  permission,
  description: 'Staff have opened a support session in this business',
  data: SupportSessionStartedData,
});

export const supportSessionEnded = defineEvent({
  type: 'support_session.ended',
  notice: { title: 'A support session was ended', mailTo: [] },
  permission,
  description: 'A support session was ended before its time, by the business or by staff',
  data: SupportSessionEndedData,
});
