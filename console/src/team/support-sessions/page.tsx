import type { SupportSessionResponse } from '@tenantry/client';
import { Link } from '@tanstack/react-router';
import { supportSessions } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

/** Who of the staff looked, and why; a running session can be ended here. */
export default function SupportSessions() {
  const { may } = useMe();
  const list = useList(['support-sessions'], supportSessions.list);
  return (
    <Page
      title={text.supportSessions.title}
      lead={text.supportSessions.lead}
      actions={
        may('business:write') && (
          <Link to="/settings" className="button button-plain">
            {text.supportSessions.access}
          </Link>
        )
      }
    >
      <Card isFlush>
        <List
          label={text.supportSessions.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty icon="support" title={text.supportSessions.empty}>
              {text.supportSessions.emptyLead}
            </Empty>
          }
          columns={[
            {
              title: text.supportSessions.who,
              cell: ({ staffEmail, reason, ticket }) => (
                <TwoLines
                  first={<strong>{staffEmail}</strong>}
                  second={ticket ? `${reason} (${ticket})` : reason}
                />
              ),
            },
            {
              title: text.supportSessions.mode,
              cell: ({ mode }) => (
                <Badge tone={mode === 'write' ? 'warn' : 'neutral'}>
                  {text.supportModes[mode]}
                </Badge>
              ),
            },
            {
              title: text.supportSessions.started,
              cell: ({ startedAt }) => <Time at={startedAt} />,
            },
            {
              title: text.supportSessions.ended,
              cell: ({ endedAt, expiresAt }) => <Time at={endedAt ?? expiresAt} />,
            },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (session) => (may('support_sessions:write') ? <End session={session} /> : null),
            },
          ]}
        />
      </Card>
    </Page>
  );
}

function End({
  session: { id, endedAt, expiresAt, staffEmail },
}: {
  session: SupportSessionResponse;
}) {
  if (endedAt !== null || new Date(expiresAt) <= new Date()) return null;
  return (
    <ActionDialog
      open={text.supportSessions.end}
      title={text.supportSessions.endTitle(staffEmail)}
      submit={text.supportSessions.end}
      kind="danger"
      send={() => supportSessions.end(id)}
    >
      <p>{text.supportSessions.endLead}</p>
    </ActionDialog>
  );
}
