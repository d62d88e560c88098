import { Choice } from '../../../common/fields';

export const SESSION_TRANSPORTS = ['bearer', 'cookie'] as const;
export type SessionTransport = (typeof SESSION_TRANSPORTS)[number];

/** How the token of a session that an answer opens is given. */
export function Transport(): PropertyDecorator {
  return Choice('SessionTransport', SESSION_TRANSPORTS, {
    optional: true,
    description:
      'cookie: the token is a cookie of this browser, out of the reach of scripts, and left out of the answer. bearer by default',
  });
}

/** A request whose answer opens a session. */
export class SessionRequest {
  @Transport()
  transport?: SessionTransport;
}
