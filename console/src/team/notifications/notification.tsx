import type { NotificationResponse } from '@tenantry/client';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { notifications } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { notifyFault } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { placeOf } from './places';

const words = text.notifications;

interface Props {
  notification: NotificationResponse;
  /** The reader goes to its page. */
  onOpen?: () => void;
}

/** What happened, who did it and when; a press on it reads it and leads to its page. */
export function Notification({ notification, onOpen }: Props) {
  const { id, read } = notification;
  const marking = useMutation({
    mutationFn: (next: boolean) => notifications.mark([id], next),
    onError: notifyFault,
  });
  const open = () => {
    if (!read) marking.mutate(true);
    onOpen?.();
  };
  return (
    <li className="news" data-unread={read ? undefined : true}>
      <Content notification={notification} onOpen={open} />
      <Button
        kind="quiet"
        icon={read ? 'mail' : 'check'}
        label={read ? words.markUnread : words.markRead}
        isPending={marking.isPending}
        onPress={() => marking.mutate(!read)}
      />
    </li>
  );
}

function Content({ notification, onOpen }: Props) {
  const { type, data, createdAt, actorName, read } = notification;
  const { to, icon } = placeOf(notification);
  const content = (
    <>
      <span className="news-icon">
        <Icon name={icon} />
      </span>
      <span className="two-lines">
        <span>
          {words.sentence(type, data)}
          {!read && <span className="unseen"> ({words.unread})</span>}
        </span>
        <small>
          {actorName && `${actorName} · `}
          <Time at={createdAt} />
        </small>
      </span>
    </>
  );
  if (!to) return <span className="news-content">{content}</span>;
  return (
    <Link className="news-content" to={to} onClick={onOpen}>
      {content}
    </Link>
  );
}
