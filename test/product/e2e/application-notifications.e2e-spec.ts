import { signUp } from '../../support/customers';
import { finishJobs, MailServer } from '../../support/mail-server';
import { addMember } from '../../support/members';
import { listNotifications, switchMail } from '../../support/notifications';
import { TestApplication } from '../../support/test-application';

/* People are told of the product's events as of those of the core. */

let mailServer: MailServer;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});

it('a deleted application is told in the console, and by mail where one wants it', async () => {
  const { token, ...customer } = await signUp(server);
  const viewer = await addMember(server, customer, 'viewer');
  await switchMail(server, viewer.token, 'application.deleted', true);
  const made = await server.post('/v1/applications', token, { name: 'Shop' });
  const { id } = made.body as { id: string };
  await server.delete(`/v1/applications/${id}`, token).expect(204);
  const { data } = await listNotifications(server, viewer.token);
  expect(data).toMatchObject([{ type: 'application.deleted', data: { applicationId: id } }]);
  await finishJobs(server.database);
  expect(mailServer.mailsTo(viewer.email, 'An application was deleted')).toHaveLength(1);
});
