import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { text } from '../../text/catalogue';
import { Empty } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import { formatDuration, Time } from '../../ui/format';
import { List, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { useApplications } from '../applications/use-applications';
import { recordings } from '../operations';

const ANY = 'any';

/** Midnight of the reader's day, as the API has it. */
function startOf(day: string, addedDays = 0): string | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + addedDays);
  return at.toISOString();
}

export default function Recordings() {
  const [application, setApplication] = useState(ANY);
  const [[from, to], setRange] = useState(['', '']);
  const applications = useApplications();
  const filter = {
    applicationId: application === ANY ? undefined : application,
    from: startOf(from),
    to: startOf(to, 1),
  };
  const list = useList(['recordings', filter], (page) => recordings.list({ ...filter, ...page }));
  const names = new Map(applications.map(({ id, name }) => [id, name]));
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page title={text.recordings.title} lead={text.recordings.lead}>
      <div className="filters">
        <ChoiceField
          name="application"
          label={text.recordings.application}
          isCompact
          value={application}
          onChange={setApplication}
          choices={[
            { id: ANY, label: text.recordings.allApplications },
            ...applications.map(({ id, name }) => ({ id, label: name })),
          ]}
        />
        <Field
          name="from"
          type="date"
          label={text.common.from}
          value={from}
          onChange={(day) => setRange([day, to])}
        />
        <Field
          name="to"
          type="date"
          label={text.common.to}
          value={to}
          onChange={(day) => setRange([from, day])}
        />
      </div>
      <Card isFlush>
        <List
          label={text.recordings.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            isFiltered ? (
              <Empty icon="search" title={text.common.noMatch}>
                {text.common.noMatchLead}
              </Empty>
            ) : (
              <Empty icon="recordings" title={text.recordings.empty}>
                {text.recordings.emptyLead}
              </Empty>
            )
          }
          columns={[
            {
              title: text.recordings.id,
              cell: ({ id, externalId }) => (
                <Link to="/recordings/$id" params={{ id }} className="main-link">
                  {externalId}
                </Link>
              ),
            },
            {
              title: text.recordings.application,
              cell: ({ applicationId }) =>
                applicationId
                  ? (names.get(applicationId) ?? text.recordings.deletedApplication)
                  : '–',
            },
            { title: text.recordings.started, cell: ({ startedAt }) => <Time at={startedAt} /> },
            {
              title: text.recordings.duration,
              cell: ({ durationMs }) => formatDuration(durationMs),
              isEnd: true,
            },
          ]}
        />
      </Card>
    </Page>
  );
}
