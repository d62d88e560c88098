import type { JobState } from '@tenantry/client';
import { useState } from 'react';
import { staffOperations } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty, type Tone } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { StateFilter } from '../state-filter';

const words = text.staff.jobs;
const STATES = ['failed', 'waiting', 'running'] as const;
const TONE: Record<JobState, Tone> = { waiting: 'neutral', running: 'accent', failed: 'bad' };

export default function Jobs() {
  const [state, setState] = useState<JobState>('failed');
  const list = useList(['staff', 'jobs', state], (page) =>
    staffOperations.listJobs({ ...page, state }),
  );
  return (
    <Page title={words.title} lead={words.lead}>
      <StateFilter states={STATES} words={words.states} value={state} onChange={setState} />
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ id }) => id}
          empty={<Empty icon="jobs" title={words.empty} />}
          columns={[
            {
              title: words.job,
              cell: ({ name, lastError }) => (
                <TwoLines first={<strong>{name}</strong>} second={lastError} />
              ),
            },
            {
              title: words.state,
              cell: (job) => <Badge tone={TONE[job.state]}>{words.states[job.state]}</Badge>,
            },
            {
              title: words.tries,
              cell: ({ tries, maximumTries }) => `${tries} / ${maximumTries}`,
              isEnd: true,
            },
            { title: words.runAt, cell: ({ runAt }) => <Time at={runAt} /> },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (job) =>
                job.state === 'failed' && (
                  <ActionDialog
                    open={words.retry}
                    openKind="quiet"
                    title={words.retryTitle}
                    submit={words.retry}
                    send={() => staffOperations.retryJob(job.id)}
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
