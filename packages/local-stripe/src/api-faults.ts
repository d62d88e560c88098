import { StripeFault } from './stripe-fault';

/**
 * How a call fails: an error answer, a cut connection, or no answer. `afterEffect`: the call takes effect, and only its
 * answer is lost.
 */
export type ApiFault =
  | 'reset'
  | 'hang'
  | { status: number; code?: string; afterEffect?: boolean }
  | { afterEffect: true; how?: 'reset' | 'hang' };

/** A call as a test sees it. */
export interface LoggedRequest {
  id: string;
  method: string;
  path: string;
  /** As they were sent, by name: `items[0][price]`. */
  params: Record<string, string>;
  idempotencyKey: string | null;
}

export type RequestFilter = (request: LoggedRequest) => boolean;

/** The fault that a call gets instead of its answer. */
export interface FaultPlan {
  afterEffect: boolean;
  how: 'reset' | 'hang' | StripeFault;
}

interface Planned extends FaultPlan {
  left: number;
  matches: RequestFilter;
}

/** The faults that a test has ordered. */
export class ApiFaults {
  private planned: Planned[] = [];

  add(count: number, fault: ApiFault, matches: RequestFilter): void {
    this.planned.push({ ...planOf(fault), left: count, matches });
  }

  clear(): void {
    this.planned = [];
  }

  take(request: LoggedRequest): FaultPlan | undefined {
    const plan = this.planned.find(({ left, matches }) => left > 0 && matches(request));
    if (plan) plan.left -= 1;
    return plan;
  }
}

function planOf(fault: ApiFault): FaultPlan {
  if (typeof fault === 'string') return { afterEffect: false, how: fault };
  if (!('status' in fault)) return { afterEffect: true, how: fault.how ?? 'reset' };
  const { status, code, afterEffect = false } = fault;
  return {
    afterEffect,
    how: new StripeFault(status, typeOf(status), 'A fault was ordered.', { code }),
  };
}

function typeOf(status: number) {
  if (status === 402) return 'card_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}
