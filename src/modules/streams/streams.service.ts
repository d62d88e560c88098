import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { readableTypes } from '../../common/events';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { EventsService } from '../events/events.service';
import { EventStream, type Subscriber } from './event-stream';
import { StreamHub } from './stream-hub';
import { tooManyStreams } from './streams.errors';

const MOST_OF_A_PERSON = 20;
const MOST_OF_A_BUSINESS = 200;

@Injectable()
export class StreamsService {
  constructor(
    private readonly events: EventsService,
    private readonly hub: StreamHub,
  ) {}

  /**
   * A stream of what the caller may read, from after the last event that the client has; without one, from now.
   * @param isFollowing false: it ends when it has caught up
   * @throws 422 validation_failed, 429 too_many_streams
   */
  async open(
    context: RequestContext,
    lastEventId: string | undefined,
    isFollowing: boolean,
  ): Promise<Readable> {
    const subscriber = toSubscriber(context);
    this.assertRoom(subscriber);
    const asked = parse(lastEventId);
    const { last, deleted } = await this.events.beginReading(context);
    const isLost = asked !== null && ((asked > 0 && asked < deleted) || asked > last);
    const from = asked === null || isLost ? last : asked;
    const stream = new EventStream(subscriber, from, isFollowing ? null : last, isLost);
    this.hub.add(stream);
    return stream.output;
  }

  private assertRoom({ businessId, holder }: Subscriber): void {
    const open = this.hub.ofBusiness(businessId);
    const own = this.hub.all().filter(({ subscriber }) => subscriber.holder === holder);
    if (open.length >= MOST_OF_A_BUSINESS || own.length >= MOST_OF_A_PERSON)
      throw tooManyStreams({ headers: { 'Retry-After': '5' } });
  }
}

function toSubscriber(context: RequestContext): Subscriber {
  const { memberId, credentialId, role, kind } = context.requireMember();
  return {
    businessId: context.requireBusinessId(),
    credentialId,
    isSupport: kind === 'support',
    role,
    holder: context.person?.userId ?? memberId,
    types: new Set(readableTypes(context.permissions)),
  };
}

/** @throws 422 validation_failed */
function parse(lastEventId: string | undefined): number | null {
  if (lastEventId === undefined || lastEventId === '') return null;
  if (!/^\d{1,15}$/.test(lastEventId))
    throw validationFailed([
      { pointer: '/Last-Event-ID', code: 'integer', detail: 'must be the sequence of an event' },
    ]);
  return Number(lastEventId);
}
