/** What is kept of an event: which one it is and whom it concerns. */
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

/** After so many tries a job is given up, and the event waits for somebody to look at it. */
export const MAXIMUM_TRIES = 10;
