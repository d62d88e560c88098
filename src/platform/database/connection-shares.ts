import type { DomainError } from '../../common/problem';
import { tooManyAtOnce } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Turns } from '../../common/turns';

const MAXIMUM_WAITING = 100;
const WAIT_LIMIT_MS = 4_000;
const SHARED_BY: readonly string[] = ['person', 'sdk'];

/**
 * How many connections of the pool the requests of one business hold at once: those of its API keys, which every
 * installed app has, and beside them those of its people. Whatever it sends, and however long its requests wait for
 * each other's locks, the other connections are for the others. Jobs, staff and strangers have no share: jobs are few
 * by themselves, and the others hold a connection for a moment only.
 */
export class ConnectionShares {
  private readonly turns = new Map<string, Turns>();

  constructor(private readonly atOnce: number) {}

  /** @throws 429 too_many_at_once: behind 100 others, or after four seconds; then nothing was done */
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
