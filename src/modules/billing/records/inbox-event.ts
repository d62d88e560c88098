/** The stored part of an event: its id and whom it concerns. */
export interface ReceivedEvent {
  id: string;
  type: string;
  objectId: string | null;
  customerId: string | null;
  happenedAt: Date;
}

export interface InboxEvent extends ReceivedEvent {
  receivedAt: Date;
  deliveries: number;
  tries: number;
  handledAt: Date | null;
  outcome: 'applied' | 'ignored' | null;
  lastError: string | null;
}

/** After this many tries the job is given up, and the event waits for staff. */
export const MAXIMUM_TRIES = 10;
