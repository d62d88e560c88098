import { Instant, Text } from '../../../common/fields';
import type { OpenedSession } from '../sessions.repository';

export class SessionTokenResponse {
  @Text({
    optional: true,
    description: 'Shown only once; left out where the request has `transport: cookie`',
    example: 'tns_…',
  })
  token!: string;

  @Instant({ description: 'At the latest; earlier when unused' })
  expiresAt!: string;
}

const ONE_DAY_MS = 86_400_000;

export function toSessionTokenResponse(
  { session, token }: OpenedSession,
  absoluteDays: number,
): SessionTokenResponse {
  const oldest = new Date(session.createdAt.getTime() + absoluteDays * ONE_DAY_MS);
  const { endsAt } = session;
  return { token, expiresAt: (endsAt && endsAt < oldest ? endsAt : oldest).toISOString() };
}
