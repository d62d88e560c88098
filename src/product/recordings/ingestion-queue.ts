import { Injectable } from '@nestjs/common';
import { AdmissionQueue } from '../../modules/usage/admission-queue';
import { FlushMetrics } from './flush.metrics';
import { IngestionRepository, type Admission, type SentRecording } from './ingestion.repository';

/** Recordings of many requests are stored in one statement and commit. */
@Injectable()
export class IngestionQueue extends AdmissionQueue<SentRecording, Admission> {
  constructor(ingestion: IngestionRepository, metrics: FlushMetrics) {
    super({
      name: 'recordings.flush',
      admitAll: (recordings, mayWait) => ingestion.admitAll(recordings, mayWait),
      counterOf: ({ businessId }) => businessId,
      keyOf: ({ businessId, externalId }) => `${businessId} ${externalId}`,
      observe: (recordings) => metrics.observe(recordings),
    });
  }
}
