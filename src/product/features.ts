import { defineFeature } from '../common/features';

/** What the plans of this product grant. docs/features.md tells what each kind does. */

export const recordings = defineFeature({
  key: 'recordings',
  name: 'Recordings',
  kind: 'metered',
  resets: 'period',
  unit: 'recording',
  rows: { table: 'recordings' },
  visibility: 'client',
});

export const applications = defineFeature({
  key: 'applications',
  name: 'Applications',
  kind: 'allocated',
  unit: 'application',
  rows: { table: 'applications', counts: 'deleted_at IS NULL' },
});
