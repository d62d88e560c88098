import type { InboxState } from '@tenantry/client';
import { useState } from 'react';
import { staffOperations } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty, type Tone } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { StateFilter } from '../state-filter';

const words = text.staff.inbox;
const STATES = ['failed', 'waiting', 'applied', 'ignored'] as const;
const TONE: Record<InboxState, Tone> = {
  waiting: 'accent',
  failed: 'bad',
  applied: 'good',
  ignored: 'neutral',
};

export default function WebhookInbox() {
  const [state, setState] = useState<InboxState>('failed');
  const list = useList(['staff', 'inbox', state], (page) =>
    staffOperations.listInbox({ ...page, state }),
  );
  return (
    <Page title={words.title} lead={words.lead}>
      <StateFilter states={STATES} words={words.states} value={state} onChange={setState} />
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ id }) => id}
          empty={<Empty icon="inbox" title={words.empty} />}
          columns={[
            {
              title: words.event,
              cell: ({ type, id, lastError }) => (
                <TwoLines first={<strong>{type}</strong>} second={lastError ?? <code>{id}</code>} />
              ),
            },
            {
              title: text.staff.jobs.state,
              cell: (event) => <Badge tone={TONE[event.state]}>{words.states[event.state]}</Badge>,
            },
            { title: words.received, cell: ({ receivedAt }) => <Time at={receivedAt} /> },
            { title: words.deliveries, cell: ({ deliveries }) => deliveries, isEnd: true },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (event) =>
                event.state === 'failed' && (
                  <ActionDialog
                    open={text.staff.jobs.retry}
                    openKind="quiet"
                    title={words.retryTitle}
                    submit={text.staff.jobs.retry}
                    send={() => staffOperations.retryEvent(event.id)}
                  >
                    <p>{words.retryLead}</p>
                  </ActionDialog>
                ),
            },
          ]}
        />
      </Card>
    </Page>
  );
}
