import { invitations } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { notify } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import { Card, Page } from '../../ui/page';
import { Invitations } from './invitations';
import { Members } from './members';
import { ROLES, rolesFrom } from './roles';

export default function Team() {
  const { may, member } = useMe();
  const invite = may('invitations:write') && (
    <ActionDialog
      open={text.invitations.invite}
      openKind="primary"
      icon="plus"
      title={text.invitations.inviteTitle}
      submit={text.invitations.send}
      send={({ email = '', role, fullName }) =>
        invitations.create({
          email,
          role: ROLES.find((each) => each === role) ?? 'member',
          fullName: fullName ?? null,
        })
      }
      onDone={({ email }) => notify(text.invitations.sent(email))}
    >
      <Field name="email" type="email" label={text.fields.email} isRequired autoFocus />
      <Field name="fullName" label={text.invitations.name} />
      <ChoiceField
        name="role"
        label={text.members.role}
        initial="member"
        choices={rolesFrom(member?.role)}
      />
    </ActionDialog>
  );
  return (
    <Page title={text.members.title} lead={text.members.lead} actions={invite}>
      <Card isFlush>
        <Members />
      </Card>
      {may('invitations:read') && (
        <Card title={text.invitations.title} isFlush>
          <Invitations />
        </Card>
      )}
    </Page>
  );
}
