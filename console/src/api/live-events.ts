import { sharedEvents, type SharedEventsOptions } from '@tenantry/client';
import { clientOf } from './session';

/** What happens in the business of this tab, over one stream for all tabs of the browser. */
export function liveEvents(options: SharedEventsOptions): ReturnType<typeof sharedEvents> {
  return sharedEvents(clientOf('/v1/stream'), options);
}
