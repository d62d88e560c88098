import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { systemMs } from '../../common/clock';
import { EVENT_TYPES } from '../../common/events';
import { RequestContext } from '../../common/request-context';
import { EventsService, type StoredEvent } from '../../modules/events/events.service';
import { toSentBody } from '../../modules/webhooks/sent-body';
import { createWebhookSecret, signWebhook } from '../../modules/webhooks/webhook-signatures';
import { loadConfig } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { NameResolver } from '../../platform/outbound/name-resolver';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { CommandFailure } from '../support/failure';
import { Interruption } from '../support/interruption';
import { note, print } from '../support/output';
import { withApplication } from '../support/with-application';

const ASK_AGAIN_AFTER_MS = 300;
const MOST_AT_ONCE = 100;
const THIS_MACHINE = ['127.0.0.0/8', '::1'];

export interface ListenOptions {
  business: string;
  forward?: string;
}

/** `listen`: shows the events of a business as they happen, and sends them on, until it is interrupted. */
export async function runListen({ business, forward }: ListenOptions): Promise<void> {
  if (loadConfig().environment === 'production')
    throw new CommandFailure('for development: in production make an endpoint instead');
  try {
    await withApplication((application) => listen(application, business, forward));
  } catch (error) {
    if (!(error instanceof Interruption)) throw error; // an interruption is the normal end
  }
}

async function listen(
  application: INestApplicationContext,
  businessId: string,
  forward: string | undefined,
): Promise<never> {
  const [database, events] = [application.get(Database), application.get(EventsService)];
  const context = RequestContext.job('events.listen', businessId);
  const forwardTo = forward === undefined ? null : forwarder(context, forward);
  let { last: after } = await database.transaction(context, (tx) => events.readEnds(tx));
  note(`Listening to the events of ${businessId} from ${after + 1} on. Ctrl-C ends it.`);
  for (;;) {
    const filter = { types: EVENT_TYPES, limit: MOST_AT_ONCE, after };
    for (const event of await database.transaction(context, (tx) => events.read(tx, filter))) {
      print(
        `${event.createdAt.toISOString()} ${event.sequence} ${event.type} ${JSON.stringify(event.data)}`,
      );
      await forwardTo?.(event);
      after = event.sequence;
    }
    await pause(ASK_AGAIN_AFTER_MS);
  }
}

/** With a secret for this run. */
function forwarder(context: RequestContext, url: string): (event: StoredEvent) => Promise<void> {
  const secret = createWebhookSecret();
  const rules = { environment: 'development', webhookAllowedNetworks: THIS_MACHINE } as const;
  const client = new OutboundClient(rules, new NameResolver());
  print(`secret ${secret}`);
  return async (event) => {
    const body = toSentBody(event);
    const headers = signWebhook([secret], { id: event.id, body, at: new Date(systemMs()) });
    const answer = await client
      .send(context, { method: 'POST', url, headers, body })
      .then(({ status }) => String(status), String);
    print(`  ${answer} from ${url}`);
  };
}
