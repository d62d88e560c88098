import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';
import { AdmissionQueue } from './admission-queue';
import {
  UsageEventsRepository,
  type CountedEvent,
  type SentEvent,
} from './usage-events.repository';

/** Events of many requests are counted in one statement and commit. */
@Injectable()
export class UsageEventQueue extends AdmissionQueue<SentEvent, CountedEvent> {
  constructor(events: UsageEventsRepository, registry: Registry) {
    const sizes = new Histogram({
      name: 'usage_flush_events',
      help: 'Usage events per flush: one statement and one commit',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers: [registry],
    });
    super({
      name: 'usage.flush',
      admitAll: (sent, mayWait) => events.countAll(sent, mayWait),
      counterOf: ({ businessId, feature }) => `${businessId} ${feature}`,
      keyOf: ({ businessId, feature, eventId }) => `${businessId} ${feature} ${eventId}`,
      observe: (count) => sizes.observe(count),
    });
  }
}
