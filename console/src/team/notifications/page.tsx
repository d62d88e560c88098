import { useState } from 'react';
import { notifications } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Empty, Fault, Skeleton } from '../../ui/feedback';
import { ChoiceField } from '../../ui/fields';
import { ListEnd, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { Notification } from './notification';
import { Preferences } from './preferences';
import { ReadAll } from './read-all';

const words = text.notifications;

const FILTERS = Object.entries(words.filters).map(([id, label]) => ({ id, label }));

export default function NotificationsPage() {
  const [filter, setFilter] = useState('all');
  const actions = (
    <ChoiceField
      name="shown"
      label={words.shown}
      isCompact
      choices={FILTERS}
      value={filter}
      onChange={setFilter}
    />
  );
  return (
    <Page title={words.title} lead={words.lead} actions={actions}>
      <All isUnread={filter === 'unread'} />
      <Preferences />
    </Page>
  );
}

function All({ isUnread }: { isUnread: boolean }) {
  const list = useList(['notifications', isUnread], (query) =>
    notifications.list(isUnread ? { ...query, unread: 'true' } : query),
  );
  if (list.isPending) return <Skeleton lines={5} />;
  if (list.isLoadingError) return <Fault error={list.error} onRetry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap(({ data }) => data);
  if (rows.length === 0)
    return (
      <Card>
        <Empty icon="bell" title={isUnread ? words.noUnread : words.empty}>
          {words.emptyLead}
        </Empty>
      </Card>
    );
  return (
    <Card isFlush>
      {rows.some(({ read }) => !read) && (
        <div className="news-head">
          <ReadAll through={rows[0]?.sequence} />
        </div>
      )}
      <ul className="news-list">
        {rows.map((each) => (
          <Notification key={each.id} notification={each} />
        ))}
      </ul>
      <ListEnd list={list} count={rows.length} />
    </Card>
  );
}
