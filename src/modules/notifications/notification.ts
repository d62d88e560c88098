import type { StoredEvent } from '../events/events.service';

/** An event that a member is told of. */
export interface Notification extends StoredEvent {
  isRead: boolean;
  /** Who did it; null: no person of the business, or one who has left. */
  actorName: string | null;
}
