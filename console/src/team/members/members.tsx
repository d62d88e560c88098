import { team } from '../../api/operations';
import type { MemberResponse } from '@tenantry/client';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { ChoiceField } from '../../ui/fields';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { ROLES, rolesFrom } from './roles';

export function Members() {
  const list = useList(['team-members'], team.list);
  return (
    <List
      label={text.members.title}
      list={list}
      rowKey={({ id }) => id}
      empty={<Empty icon="team" title={text.members.empty} />}
      columns={[
        { title: text.fields.name, cell: (member) => <Person member={member} /> },
        {
          title: text.members.role,
          cell: ({ role, kind }) => (role ? text.roles[role] : text.memberKinds[kind]),
        },
        {
          title: text.members.status,
          cell: ({ status }) => (
            <Badge tone={status === 'active' ? 'good' : 'neutral'}>
              {text.memberStatus[status]}
            </Badge>
          ),
        },
        { title: text.members.joined, cell: ({ joinedAt }) => <Time at={joinedAt} isDay /> },
        {
          title: text.common.actions,
          isQuiet: true,
          isEnd: true,
          cell: (member) => <Actions target={member} />,
        },
      ]}
    />
  );
}

function Person({ member }: { member: MemberResponse }) {
  return (
    <TwoLines
      first={<strong>{member.fullName ?? text.memberKinds[member.kind]}</strong>}
      second={member.email ?? text.memberKindHints[member.kind]}
    />
  );
}

/** What the reader may do with a member; nothing with a bot, the own role, or an owner as an admin. */
function Actions({ target }: { target: MemberResponse }) {
  const { member, may } = useMe();
  const isSelf = target.id === member?.id;
  const isOutOfReach = target.role === 'owner' && member?.role !== 'owner';
  if (target.kind !== 'person' || isSelf || isOutOfReach) return null;
  return (
    <div className="row-actions">
      {may('team_members:assign_roles') && <ChangeRole target={target} />}
      {may('team_members:write') && <Availability target={target} />}
      {may('team_members:reset_factors') && (
        <ActionDialog
          open={text.secondFactor.clear}
          openKind="quiet"
          title={text.secondFactor.clearTitle(target.fullName ?? '')}
          submit={text.secondFactor.clear}
          kind="danger"
          send={() => team.clearSecondFactor(target.id)}
        >
          <p>{text.secondFactor.clearLead}</p>
        </ActionDialog>
      )}
      {may('team_members:write') && (
        <ActionDialog
          open={text.members.remove}
          openKind="quiet"
          title={text.members.removeTitle(target.fullName ?? '')}
          submit={text.members.remove}
          kind="danger"
          send={() => team.remove(target.id)}
        >
          <p>{text.members.removeLead}</p>
        </ActionDialog>
      )}
    </div>
  );
}

function ChangeRole({ target }: { target: MemberResponse }) {
  const { member } = useMe();
  return (
    <ActionDialog
      open={text.members.role}
      openKind="quiet"
      title={text.members.roleTitle(target.fullName ?? '')}
      submit={text.common.save}
      send={({ role }) =>
        team.assignRole(target.id, { role: ROLES.find((each) => each === role) ?? 'member' })
      }
    >
      <ChoiceField
        name="role"
        label={text.members.role}
        initial={target.role ?? undefined}
        choices={rolesFrom(member?.role)}
      />
    </ActionDialog>
  );
}

function Availability({ target: { id, status, fullName } }: { target: MemberResponse }) {
  const isActive = status === 'active';
  const word = isActive ? text.members.deactivate : text.members.activate;
  return (
    <ActionDialog
      open={word}
      openKind="quiet"
      title={`${word}: ${fullName ?? ''}`}
      submit={word}
      kind={isActive ? 'danger' : 'primary'}
      send={() => (isActive ? team.deactivate(id) : team.activate(id))}
    >
      <p>{isActive ? text.members.deactivateLead : text.members.activateLead}</p>
    </ActionDialog>
  );
}
