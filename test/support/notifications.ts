import type { NotificationResponse } from '../../src/modules/notifications/dto/notification';
import type { TestApplication } from './test-application';

export interface Notified {
  data: NotificationResponse[];
  nextCursor: string | null;
  unreadCount: number;
}

/** What a person is told of, newest first. */
export async function listNotifications(
  server: Pick<TestApplication, 'get'>,
  token: string,
  query = '?limit=100',
): Promise<Notified> {
  const answer = await server.get(`/v1/notifications${query}`, token);
  if (answer.status !== 200) throw new Error(`listing notifications answered ${answer.text}`);
  return answer.body as Notified;
}

/** Switches the mails about a type on or off. */
export async function switchMail(
  server: Pick<TestApplication, 'patch'>,
  token: string,
  type: string,
  mail: boolean,
): Promise<void> {
  const preferences = [{ type, mail }];
  const answer = await server.patch('/v1/notification-preferences', token, { preferences });
  if (answer.status !== 200) throw new Error(`switching mails answered ${answer.text}`);
}
