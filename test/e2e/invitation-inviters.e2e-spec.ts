import type { Response } from 'supertest';
import type { Role } from '../../src/common/access/permissions';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { addMember, type AddedMember } from '../support/members';
import { invitationKey } from '../support/one-time-keys';
import { expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

describe('an invitation holds while its inviter may still give that role', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    customer = await signUp(server);
    await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
  });

  const invite = async (
    token: string,
    role: Role,
    email = newEmail('invited'),
  ): Promise<InvitationResponse> => {
    const response = await server.post('/v1/invitations', token, { email, role });
    expect(response.status).toBe(201);
    return response.body as InvitationResponse;
  };
  const join = async ({ id }: Pick<InvitationResponse, 'id'>): Promise<Response> =>
    server.post('/v1/auth/signup', undefined, {
      activationKey: await invitationKey(server, id),
      fullName: 'Grace Hopper',
      password: PASSWORD,
    });
  const statusOf = async ({ id }: Pick<InvitationResponse, 'id'>): Promise<string | undefined> => {
    const listed = await server.get('/v1/invitations?limit=100', customer.token);
    const { data } = listed.body as { data: InvitationResponse[] };
    return data.find((invitation) => invitation.id === id)?.status;
  };
  const resend = (token: string, { id }: Pick<InvitationResponse, 'id'>) =>
    server.post(`/v1/invitations/${id}/resend`, token);
  const demote = ({ id }: AddedMember, role: Role) =>
    server.patch(`/v1/team-members/${id}`, customer.token, { role });
  const remove = ({ id }: AddedMember, token = customer.token) =>
    server.delete(`/v1/team-members/${id}`, token);
  const deactivate = ({ id }: AddedMember) =>
    server.post(`/v1/team-members/${id}/deactivate`, customer.token);

  type End = (inviter: AddedMember) => PromiseLike<Response>;
  const ENDS: [Role, Role, string, End][] = [
    ['owner', 'owner', 'was removed', remove],
    ['owner', 'owner', 'has left', (inviter) => remove(inviter, inviter.token)],
    ['owner', 'owner', 'was deactivated', deactivate],
    ['owner', 'owner', 'is an admin now', (inviter) => demote(inviter, 'admin')],
    ['owner', 'owner', 'is a viewer now', (inviter) => demote(inviter, 'viewer')],
    ['owner', 'viewer', 'is a member now', (inviter) => demote(inviter, 'member')],
    ['admin', 'admin', 'was removed', remove],
    ['admin', 'admin', 'was deactivated', deactivate],
    ['admin', 'member', 'is a member now', (inviter) => demote(inviter, 'member')],
  ];
  it.each(ENDS)('an %s who invited an %s %s: 410, and revoked', async (role, given, _, end) => {
    const inviter = await addMember(server, customer, role);
    const invitation = await invite(inviter.token, given);
    expect((await end(inviter)).status).toBeLessThan(300);
    expect(await statusOf(invitation)).toBe('revoked');
    expectProblem(await join(invitation), 410, 'invitation_revoked');
    expectProblem(await resend(customer.token, invitation), 410, 'invitation_revoked');
  });

  it('an owner who is an admin now: what an admin may give stays', async () => {
    const inviter = await addMember(server, customer, 'owner');
    const invitation = await invite(inviter.token, 'admin');
    await demote(inviter, 'admin');
    expect((await join(invitation)).status).toBe(201);
  });

  it('an owner who is an admin now: a deactivated owner does not come back by the invitation', async () => {
    const inviter = await addMember(server, customer, 'owner');
    const former = await addMember(server, customer, 'owner');
    await deactivate(former);
    const invitation = await invite(inviter.token, 'member', former.email);
    await demote(inviter, 'admin');
    expect(await statusOf(invitation)).toBe('revoked');
  });

  it('an inviter who lost the role past the server: 410 when it is accepted', async () => {
    const inviter = await addMember(server, customer, 'owner');
    const invitation = await invite(inviter.token, 'owner');
    await server.database.query("UPDATE members SET role = 'admin' WHERE id = $1", [inviter.id]);
    expectProblem(await join(invitation), 410, 'invitation_revoked');
    await server.database.query('DELETE FROM members WHERE id = $1', [inviter.id]);
    expectProblem(await join(invitation), 410, 'invitation_revoked');
  });

  it('an owner who is demoted while the invitation is accepted makes no owner', async () => {
    const inviter = await addMember(server, customer, 'owner');
    const invitation = await invite(inviter.token, 'owner');
    const lock = 'SELECT FROM members WHERE id = $1 FOR UPDATE';
    const answers = await holdingLocks(server.database, lock, [inviter.id], async (untilWaited) => {
      const demoted = Promise.resolve(demote(inviter, 'admin'));
      await untilWaited(1);
      const joined = join(invitation);
      await untilWaited(2);
      return [demoted, joined] as const;
    }).then((sent) => Promise.all(sent));
    expect(answers.map(({ status }) => status)).toEqual([200, 410]);
  });

  describe('sent again', () => {
    it("by an admin: not an owner's, whose link stays valid", async () => {
      const admin = await addMember(server, customer, 'admin');
      const invitation = await invite(customer.token, 'owner');
      expectProblem(await resend(admin.token, invitation), 403, 'permission_denied');
      expect((await join(invitation)).status).toBe(201);
    });

    it('by another: that one is the inviter from now on', async () => {
      const inviter = await addMember(server, customer, 'admin');
      const other = await addMember(server, customer, 'admin');
      const invitation = await invite(inviter.token, 'member');
      expect((await resend(other.token, invitation)).status).toBe(202);
      await remove(inviter);
      expect((await join(invitation)).status).toBe(201);
    });

    it('for a person who is a member by now: 409', async () => {
      const invitation = await invite(customer.token, 'member');
      const joined = await addMember(server, customer, 'member');
      await server.database.query('UPDATE users SET email = $2 WHERE email = $1', [
        joined.email,
        invitation.email,
      ]);
      expectProblem(await resend(customer.token, invitation), 409, 'already_member');
    });
  });
});
