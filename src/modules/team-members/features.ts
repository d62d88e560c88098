import { defineFeature } from '../../common/features';

/** Active members who are persons. */
export const seats = defineFeature({
  key: 'seats',
  name: 'Seats',
  kind: 'allocated',
  unit: 'seat',
  rows: { table: 'members', counts: "kind = 'person' AND status = 'active'" },
});
