import { invitations } from '../../api/operations';
import type { InvitationResponse, InvitationStatus } from '@tenantry/client';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty, notify, type Tone } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';

const TONE: Record<InvitationStatus, Tone> = {
  pending: 'accent',
  accepted: 'good',
  expired: 'warn',
  revoked: 'neutral',
};

export function Invitations() {
  const { may } = useMe();
  const list = useList(['invitations'], invitations.list);
  return (
    <List
      label={text.invitations.title}
      list={list}
      rowKey={({ id }) => id}
      empty={
        <Empty icon="mail" title={text.invitations.empty}>
          {text.invitations.emptyLead}
        </Empty>
      }
      columns={[
        {
          title: text.fields.email,
          cell: ({ email, fullName }) => (
            <TwoLines first={<strong>{email}</strong>} second={fullName} />
          ),
        },
        { title: text.members.role, cell: ({ role }) => text.roles[role] },
        {
          title: text.members.status,
          cell: ({ status }) => <Badge tone={TONE[status]}>{text.invitationStatus[status]}</Badge>,
        },
        { title: text.invitations.expires, cell: ({ expiresAt }) => <Time at={expiresAt} isDay /> },
        {
          title: text.common.actions,
          isQuiet: true,
          isEnd: true,
          cell: (invitation) =>
            may('invitations:write') ? <Actions invitation={invitation} /> : null,
        },
      ]}
    />
  );
}

function Actions({ invitation: { id, email, status } }: { invitation: InvitationResponse }) {
  if (status !== 'pending') return null;
  return (
    <div className="row-actions">
      <ActionDialog
        open={text.invitations.resend}
        openKind="quiet"
        title={text.invitations.resendTitle(email)}
        submit={text.invitations.resend}
        send={() => invitations.resend(id)}
        onDone={() => notify(text.invitations.sent(email))}
      >
        <p>{text.invitations.resendLead}</p>
      </ActionDialog>
      <ActionDialog
        open={text.invitations.revoke}
        openKind="quiet"
        title={text.invitations.revokeTitle(email)}
        submit={text.invitations.revoke}
        kind="danger"
        send={() => invitations.revoke(id)}
      >
        <p>{text.invitations.revokeLead}</p>
      </ActionDialog>
    </div>
  );
}
