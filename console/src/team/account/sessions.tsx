import type { SessionResponse } from '@tenantry/client';
import { me } from '../../api/operations';
import { text } from '../../text/catalogue';
import { deviceOf } from '../../ui/device';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, useList } from '../../ui/list';

export function Sessions() {
  const list = useList(['sessions'], me.listSessions);
  return (
    <List
      label={text.account.sessions}
      list={list}
      rowKey={({ id }) => id}
      empty={<Empty icon="shield" title={text.account.noSessions} />}
      columns={[
        {
          title: text.account.device,
          cell: ({ userAgent, current }) => (
            <span>
              {deviceOf(userAgent)} {current && <Badge tone="accent">{text.account.thisOne}</Badge>}
            </span>
          ),
        },
        {
          title: text.secondFactor.signedInWith,
          cell: ({ signedInWith }) =>
            signedInWith.map((each) => text.signInMethods[each]).join(' + '),
        },
        { title: text.auditLog.ip, cell: ({ ip }) => ip ?? '–' },
        { title: text.account.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
        { title: text.account.since, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
        {
          title: text.common.actions,
          isQuiet: true,
          isEnd: true,
          cell: (session) => <End session={session} />,
        },
      ]}
    />
  );
}

function End({ session: { id, current, userAgent } }: { session: SessionResponse }) {
  if (current) return null;
  return (
    <ActionDialog
      open={text.account.end}
      openKind="quiet"
      title={text.account.endTitle(deviceOf(userAgent))}
      submit={text.account.end}
      kind="danger"
      send={() => me.endSession(id)}
    >
      <p>{text.account.endLead}</p>
    </ActionDialog>
  );
}
