import { subscription } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Empty } from '../../ui/feedback';
import { formatNumber, Time } from '../../ui/format';
import { List, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { EventList } from './event-list';

export default function History() {
  const events = useList(['subscription', 'history'], subscription.listHistory);
  return (
    <Page title={text.history.title} lead={text.history.lead}>
      <Card title={text.history.periods} isFlush>
        <Periods />
      </Card>
      <Card title={text.history.events} isFlush>
        <EventList list={events} />
      </Card>
    </Page>
  );
}

function Periods() {
  const list = useList(['subscription', 'periods'], subscription.listPeriods);
  return (
    <List
      label={text.history.periods}
      list={list}
      rowKey={({ ordinal }) => String(ordinal)}
      empty={<Empty icon="history" title={text.history.noPeriods} />}
      columns={[
        { title: text.history.period, cell: ({ ordinal }) => <strong>{ordinal}</strong> },
        { title: text.history.start, cell: ({ start }) => <Time at={start} isDay /> },
        { title: text.history.end, cell: ({ end }) => <Time at={end} isDay /> },
        {
          title: text.history.used,
          isEnd: true,
          cell: ({ usage }) =>
            Object.entries(usage)
              .map(
                ([feature, used]) =>
                  `${formatNumber(used ?? 0)} ${text.feature(feature).toLowerCase()}`,
              )
              .join(', '),
        },
      ]}
    />
  );
}
