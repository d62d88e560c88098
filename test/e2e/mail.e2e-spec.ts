import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { RequestContext } from '../../src/common/request-context';
import type { JobResponse } from '../../src/modules/ops/dto/job';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import { MailSender } from '../../src/platform/mail/mail-sender';
import { signUp } from '../support/customers';
import { finishJobs, hurryJobs, keyIn, linkIn, MailServer } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { addStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

describe('mail', () => {
  let mailServer: MailServer;
  let server: TestApplication;
  beforeAll(async () => {
    mailServer = await MailServer.start();
    server = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
  });
  afterAll(async () => {
    mailServer.recover();
    await server.stop();
    await mailServer.close();
  });
  afterEach(() => finishJobs(server.database));

  const invite = async (token: string, email = newEmail('invited')) => {
    const response = await server.post('/v1/invitations', token, { email, role: 'member' });
    expect(response.status).toBe(201);
    return response.body as InvitationResponse;
  };
  const mailIdOf = async (subjectId: string): Promise<string> => {
    const [row] = await server.database.query<{ id: string }>(
      'SELECT id FROM mails WHERE subject_id = $1 ORDER BY created_at DESC LIMIT 1',
      [subjectId],
    );
    return row?.id ?? '';
  };
  const sentAt = async (mailId: string): Promise<Date | null | undefined> => {
    const [row] = await server.database.query<{ sentAt: Date | null }>(
      'SELECT sent_at AS "sentAt" FROM mails WHERE id = $1',
      [mailId],
    );
    return row?.sentAt;
  };
  const run = (mailId: string): Promise<void> =>
    server.app.get(MailSender).send(RequestContext.job('mail.send'), { mailId });
  const arrives = (address: string): Promise<void> =>
    until(`a mail to ${address} arrives`, async () => {
      await hurryJobs(server.database);
      return mailServer.mailsTo(address).length > 0;
    });
  const failedTries = async (): Promise<number> => {
    const [row] = await server.database.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM graphile_worker._private_jobs
       WHERE last_error IS NOT NULL AND locked_at IS NULL`,
    );
    return row?.count ?? 0;
  };
  /** Every request that sends mail. @returns the addresses that get one */
  const askForMails = async (): Promise<string[]> => {
    const customer = await signUp(server);
    const { id, email } = await invite(customer.token);
    const answers = [
      await server.post('/v1/auth/password/forgot', undefined, { email: customer.email }),
      await server.post('/v1/auth/email/resend', customer.token),
      await server.post(`/v1/invitations/${id}/resend`, customer.token),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    return [customer.email, email];
  };

  describe('while the mail server', () => {
    it('is gone, requests are answered, and the mails go out when it is back', async () => {
      await mailServer.close();
      const addresses = await askForMails();
      await until('a try has failed', async () => (await failedTries()) > 0);
      await mailServer.open();
      for (const address of addresses) await arrives(address);
    });

    it('hangs, requests are answered, and the mails go out when it works again', async () => {
      mailServer.hang();
      const addresses = await askForMails();
      await until('a job waits for the mail server', () => mailServer.heldCount > 0);
      addresses.push(...(await askForMails())); // with tries under way
      expect(addresses.flatMap((address) => mailServer.mailsTo(address))).toEqual([]);
      mailServer.recover();
      for (const address of addresses) await arrives(address);
    });

    it('refuses for now, it is tried again with the same Message-ID, and taken once', async () => {
      const { token } = await signUp(server);
      await finishJobs(server.database);
      mailServer.refuseNext(2);
      const before = mailServer.refused.length;
      const { id, email } = await invite(token);
      await arrives(email);
      await finishJobs(server.database);
      const [mail] = mailServer.mailsTo(email);
      const refused = mailServer.refused.slice(before);
      expect(refused.map(({ messageId }) => messageId)).toEqual([mail?.messageId, mail?.messageId]);
      expect(refused.map(keyIn)).toEqual([keyIn(mail!), keyIn(mail!)]);
      expect(mailServer.mailsTo(email)).toHaveLength(1);
      expect(await sentAt(await mailIdOf(id))).toBeInstanceOf(Date);
    });
  });

  it('that is refused for good has had its last try, and staff see why', async () => {
    const { token } = await signUp(server);
    await finishJobs(server.database);
    mailServer.refuseNext(1, 'no such mailbox', 550);
    const { email } = await invite(token);
    const staff = await addStaff(server);
    const listFailed = async () => {
      const response = await server.get('/v1/staff/jobs?state=failed', staff.token);
      return (response.body as { data: JobResponse[] }).data;
    };
    await until('the job has failed', async () => (await listFailed()).length > 0);
    expect(await listFailed()).toMatchObject([
      {
        tries: 1,
        maximumTries: 1,
        lastError: expect.stringContaining('no such mailbox') as string,
      },
    ]);
    expect(mailServer.mailsTo(email)).toEqual([]);
    await server.database.query('DELETE FROM graphile_worker._private_jobs');
  });

  describe('is sent once', () => {
    it('and marked: the job run again, and again at once, sends nothing', async () => {
      const { id, email } = await invite((await signUp(server)).token);
      const mail = await mailServer.mailTo(email);
      await finishJobs(server.database);
      const mailId = await mailIdOf(id);
      const marked = await sentAt(mailId);
      expect(marked).toBeInstanceOf(Date);
      await run(mailId);
      await Promise.all([run(mailId), run(mailId)]);
      expect(mailServer.mailsTo(email)).toEqual([mail]);
      expect(await sentAt(mailId)).toEqual(marked);
    });

    it('unless the mark was lost in a crash: then again under the same Message-ID', async () => {
      const { id, email } = await invite((await signUp(server)).token);
      const first = await mailServer.mailTo(email);
      await finishJobs(server.database);
      const mailId = await mailIdOf(id);
      await server.database.query('UPDATE mails SET sent_at = NULL WHERE id = $1', [mailId]);
      await run(mailId);
      const second = await mailServer.mailTo(email, '', 2);
      expect(second.messageId).toBe(first.messageId);
      expect(second.date).toBe(first.date);
      expect(keyIn(second)).toBe(keyIn(first));
    });

    it('but not when it is no longer wanted', async () => {
      const { token } = await signUp(server);
      await finishJobs(server.database);
      mailServer.hang();
      const { id, email } = await invite(token);
      await until('the mail is on its way', () => mailServer.heldCount > 0);
      await server.delete(`/v1/invitations/${id}`, token);
      mailServer.recover();
      await finishJobs(server.database);
      expect(mailServer.mailsTo(email)).toEqual([]);
      expect(await sentAt(await mailIdOf(id))).toBeInstanceOf(Date);
    });

    it('and not at all when its row is unknown', async () => {
      const before = mailServer.mails.length;
      await run('00000000-0000-7000-8000-000000000000');
      expect(mailServer.mails).toHaveLength(before);
    });
  });

  describe('in development without SMTP', () => {
    let folder: string;
    let developer: TestApplication;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tenantry-mail-'));
      developer = await TestApplication.start({
        roles: ['worker'],
        smtpUrl: null,
        dataDirectory: folder,
      });
    });
    afterAll(async () => {
      await developer.stop();
      rmSync(folder, { recursive: true });
    });

    it('is a file that a mail program opens, with a link that works', async () => {
      const { email, token } = await signUp(developer);
      await finishJobs(developer.database);
      const files = readdirSync(join(folder, 'mail'));
      expect(files).toEqual([expect.stringMatching(/^[\w-]+\.eml$/)]);
      const mail = await PostalMime.parse(readFileSync(join(folder, 'mail', files[0] ?? '')));
      expect(mail.to).toEqual([{ name: '', address: email }]);
      expect(linkIn(mail).pathname).toBe('/verify-email');
      const verified = await developer.post('/v1/auth/email/verify', undefined, {
        token: keyIn(mail),
      });
      expect(verified.status).toBe(204);
      const me = await developer.get('/v1/me', token);
      expect(me.body).toMatchObject({ user: { emailVerified: true } });
    });
  });
});
