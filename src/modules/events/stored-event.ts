/** A row of the log. */
export interface StoredEvent {
  businessId: string;
  /** 1 for the first event of the business, without gaps, in the order of commits. */
  sequence: number;
  id: string;
  type: string;
  createdAt: Date;
  data: object;
  /** The member who did it; null: no person of the business. */
  actorId: string | null;
}
