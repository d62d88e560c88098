import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { notifications } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Empty, Fault, Skeleton } from '../../ui/feedback';
import { Icon } from '../../ui/icon';
import { Notification } from './notification';
import { ReadAll } from './read-all';
import './notifications.css';

const words = text.notifications;
const SHOWN = 8;
/** The server counts no further. */
const MOST = 100;

const useNews = () =>
  useQuery({
    queryKey: ['notifications', 'bell'],
    queryFn: () => notifications.list({ limit: SHOWN }),
    staleTime: 0, // another tab may have read some
  });

/** How many notifications are unread, and the newest. */
export function Bell() {
  const { data } = useNews();
  const unread = data?.unreadCount ?? 0;
  const count = unread === 0 ? '' : unread >= MOST ? `${MOST - 1}+` : String(unread);
  return (
    <DialogTrigger>
      <Button className="bell" aria-label={words.bell(count)}>
        <Icon name="bell" size={18} />
        {count && <span className="bell-count">{count}</span>}
      </Button>
      <Popover className="popover news-panel" placement="bottom start">
        <Dialog className="news-dialog">{({ close }) => <Newest onLeave={close} />}</Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Newest({ onLeave }: { onLeave: () => void }) {
  const { data, error, refetch } = useNews();
  return (
    <>
      <header className="card-head">
        <Heading slot="title" level={2}>
          {words.title}
        </Heading>
        {data && data.unreadCount > 0 && <ReadAll through={data.data[0]?.sequence} />}
      </header>
      {!data && (error ? <Fault error={error} onRetry={() => void refetch()} /> : <Skeleton />)}
      {data?.data.length === 0 && (
        <Empty icon="bell" title={words.empty}>
          {words.emptyLead}
        </Empty>
      )}
      <ul className="news-list">
        {data?.data.map((each) => (
          <Notification key={each.id} notification={each} onOpen={onLeave} />
        ))}
      </ul>
      <Link className="news-all" to="/notifications" onClick={onLeave}>
        {words.all}
      </Link>
    </>
  );
}
