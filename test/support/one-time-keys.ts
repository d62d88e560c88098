import { RequestContext } from '../../src/common/request-context';
import { OneTimeKeys } from '../../src/modules/identity/one-time-keys';
import {
  OneTimeKeysRepository,
  type UserKeyPurpose,
} from '../../src/modules/identity/one-time-keys.repository';
import { Database } from '../../src/platform/database/database';
import type { TestApplication } from './test-application';

/** A new key for a person, as a mail would bring it. */
export async function issueKey(
  server: TestApplication,
  email: string,
  purpose: UserKeyPurpose,
): Promise<string> {
  const [user] = await server.database.query<{ id: string }>(
    'SELECT id FROM users WHERE email = $1',
    [email],
  );
  const keys = server.app.get(OneTimeKeysRepository);
  const context = RequestContext.job('test');
  return server.app.get(Database).platform(context, 'a test', async (tx) => {
    const id = await keys.issue(tx, user!.id, purpose);
    return (await keys.findForMail(tx, id, purpose))!.key;
  });
}

/** The key of an invitation, which its mail would bring. */
export async function invitationKey(server: TestApplication, id: string): Promise<string> {
  const [invitation] = await server.database.query<{ nonce: Buffer }>(
    'SELECT nonce FROM invitations WHERE id = $1',
    [id],
  );
  return server.app.get(OneTimeKeys).derive('invitation', id, invitation!.nonce);
}
