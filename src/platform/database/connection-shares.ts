import type { DomainError } from '../../common/problem';
import { tooManyAtOnce } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Turns } from '../../common/turns';

const MAXIMUM_WAITING = 100;
const WAIT_LIMIT_MS = 4_000;
const SHARED_BY: readonly string[] = ['person', 'sdk', 'service'];

/**
 * Limits the pool connections that the requests of one business hold at once: one share for its API keys, which every
 * installed app has, one for service keys, and one for its people. However much it sends and however long its requests wait for locks, the
 * rest of the pool stays free for others. Jobs, staff and anonymous requests have no share: jobs are few, and the
 * others hold a connection only briefly.
 */
export class ConnectionShares {
  private readonly turns = new Map<string, Turns>();

  constructor(private readonly atOnce: number) {}

  /** @throws 429 too_many_at_once behind 100 others or after four seconds; nothing was done then */
  async run<T>({ businessId, actor }: RequestContext, work: () => Promise<T>): Promise<T> {
    if (!businessId || !SHARED_BY.includes(actor.kind)) return work();
    const holder = `${businessId} ${actor.kind}`;
    const turns = this.turns.get(holder) ?? this.begin(holder);
    try {
      return await turns.run(work);
    } finally {
      if (turns.isIdle) this.turns.delete(holder);
    }
  }

  private begin(holder: string): Turns {
    const limits = { atOnce: this.atOnce, waiting: MAXIMUM_WAITING, waitMs: WAIT_LIMIT_MS };
    const turns = new Turns({ ...limits, refuse: comeBack });
    this.turns.set(holder, turns);
    return turns;
  }
}

function comeBack(): DomainError {
  return tooManyAtOnce({ headers: { 'Retry-After': '1' } });
}
