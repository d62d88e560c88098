import type { SubscriptionEventResponse } from '@tenantry/client';
import { text } from '../../text/catalogue';
import { Badge, Empty } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, type useList } from '../../ui/list';
import { SUBSCRIPTION_TONE } from '../plan/tones';

/** What happened to a subscription, who caused it and why: for the team and for staff. */
export function EventList({
  list,
}: {
  list: ReturnType<typeof useList<SubscriptionEventResponse>>;
}) {
  return (
    <List
      label={text.history.events}
      list={list}
      rowKey={({ id }) => id}
      empty={<Empty icon="history" title={text.history.noEvents} />}
      columns={[
        {
          title: text.history.what,
          cell: ({ action, reason }) => (
            <TwoLines first={<strong>{text.action(action)}</strong>} second={reason} />
          ),
        },
        {
          title: text.plan.status,
          cell: ({ status }) => (
            <Badge tone={SUBSCRIPTION_TONE[status]}>{text.subscriptionStatus[status]}</Badge>
          ),
        },
        {
          title: text.history.by,
          cell: ({ cause }) => cause.email ?? text.actorKinds[cause.kind],
        },
        { title: text.history.at, cell: ({ at }) => <Time at={at} /> },
      ]}
    />
  );
}
