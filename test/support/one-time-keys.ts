import { RequestContext } from '../../src/common/request-context';
import { OneTimeKeys, type KeyPurpose } from '../../src/modules/identity/one-time-keys';
import {
  OneTimeKeysRepository,
  type UserKeyPurpose,
} from '../../src/modules/identity/one-time-keys.repository';
import { Database } from '../../src/platform/database/database';
import { newEmail } from './signups';
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

/** The keys of a change of address that the owner of this session has asked for, which its mails would bring. */
export async function emailChangeKeys(
  server: TestApplication,
  token: string,
): Promise<{ ofOld: string; ofNew: string; toUndo: string }> {
  const asked = await server.post('/v1/me/email', token, { email: newEmail() });
  expect(asked.status).toBe(202);
  const [change] = await server.database.query<{ id: string; nonce: Buffer }>(
    'SELECT id, nonce FROM email_changes ORDER BY requested_at DESC LIMIT 1',
  );
  const { id, nonce } = change!;
  const derive = (purpose: KeyPurpose) => server.app.get(OneTimeKeys).derive(purpose, id, nonce);
  return {
    ofOld: derive('email_change_old'),
    ofNew: derive('email_change_new'),
    toUndo: derive('email_change_undo'),
  };
}
