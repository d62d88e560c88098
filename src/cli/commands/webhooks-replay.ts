import { RequestContext } from '../../common/request-context';
import { InboxService } from '../../modules/billing/inbox/inbox.service';
import { countOf, print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

export interface ReplayOptions {
  event?: string;
  json?: boolean;
}

/** `webhooks:replay`: queues events without effect, failed ones included, for another try by a worker. */
export async function runWebhooksReplay({ event, json }: ReplayOptions): Promise<void> {
  const replayed = await withApplication(async (application) => {
    const inbox = application.get(InboxService);
    const context = RequestContext.job('webhooks.replay');
    if (event === undefined) return inbox.replayAll(context);
    await inbox.retry(context, event);
    return 1;
  });
  if (json) printJson({ replayed });
  else print(`${countOf(replayed, 'event', 'events')} queued for another try.`);
}
