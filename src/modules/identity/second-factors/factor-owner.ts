/** Whose second factor it is: people and staff have them alike. */
export interface FactorOwner {
  kind: 'user' | 'staff';
  id: string;
}

/** For an INSERT: one of the two columns. */
export function columnsOf({
  kind,
  id,
}: FactorOwner): [userId: string | null, staffId: string | null] {
  return kind === 'user' ? [id, null] : [null, id];
}
