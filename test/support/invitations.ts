import type { Response } from 'supertest';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import { PASSWORD, type Customer } from './customers';
import { keyIn, MailServer, type ReceivedMail } from './mail-server';
import { newEmail } from './signups';
import { LONG_SESSIONS } from './subscriptions';
import { TestApplication } from './test-application';

/** An invitation with its mail. */
export interface Invited extends InvitationResponse {
  key: string;
  mail: ReceivedMail;
}

/** The application with a worker and a mail server, and invitations over HTTP. */
export class InvitationWorld {
  private constructor(
    readonly server: TestApplication,
    readonly mailServer: MailServer,
  ) {}

  static async start(): Promise<InvitationWorld> {
    const mailServer = await MailServer.start();
    const smtpUrl = mailServer.url;
    const server = await TestApplication.start({ roles: ['worker'], smtpUrl, ...LONG_SESSIONS });
    return new InvitationWorld(server, mailServer);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.mailServer.close();
  }

  create(token: string, changes: object = {}): Promise<Response> {
    const body = { email: newEmail('invited'), role: 'member', ...changes };
    return Promise.resolve(this.server.post('/v1/invitations', token, body));
  }

  async invite({ token }: Pick<Customer, 'token'>, changes = {}): Promise<Invited> {
    const response = await this.create(token, changes);
    expect(response.status).toBe(201);
    const invitation = response.body as InvitationResponse;
    const mail = await this.mailOf(invitation.id);
    return { ...invitation, mail, key: keyIn(mail) };
  }

  lookUp(key: string): Promise<Response> {
    const query = `activationKey=${encodeURIComponent(key)}`;
    return Promise.resolve(this.server.get(`/v1/invitations/lookup?${query}`));
  }

  /** Signs up a new person with the key. */
  join(key: string, changes: object = {}): Promise<Response> {
    const person = { fullName: 'Grace Hopper', password: PASSWORD };
    const body = { activationKey: key, ...person, ...changes };
    return Promise.resolve(this.server.post('/v1/auth/signup', undefined, body));
  }

  accept(token: string, key: string): Promise<Response> {
    return Promise.resolve(
      this.server.post('/v1/invitations/accept', token, { activationKey: key }),
    );
  }

  async list(token: string): Promise<InvitationResponse[]> {
    const response = await this.server.get('/v1/invitations', token);
    return (response.body as { data: InvitationResponse[] }).data;
  }

  /** By id. */
  async statusesOf(token: string): Promise<Record<string, string>> {
    return Object.fromEntries((await this.list(token)).map(({ id, status }) => [id, status]));
  }

  resend(token: string, id: string): Promise<Response> {
    return Promise.resolve(this.server.post(`/v1/invitations/${id}/resend`, token));
  }

  revoke(token: string, id: string): Promise<Response> {
    return Promise.resolve(this.server.delete(`/v1/invitations/${id}`, token));
  }

  /** Active ones. */
  async countPersons(businessId: string): Promise<number> {
    const persons = await this.server.database.query(
      "SELECT FROM members WHERE business_id = $1 AND kind = 'person' AND status = 'active'",
      [businessId],
    );
    return persons.length;
  }

  private async mailOf(invitationId: string): Promise<ReceivedMail> {
    const [row] = await this.server.database.query<{ id: string }>(
      'SELECT id FROM mails WHERE subject_id = $1',
      [invitationId],
    );
    return this.mailServer.mailOf(row?.id ?? '');
  }
}
