import { problemOf } from '../../../../test/support/subscription-fixtures';
import { SUBSCRIPTION_STATUSES } from '../subscription.entity';
import { transition, TRANSITIONS, type TransitionName } from './transitions';

const NAMES = Object.keys(
  Object.assign({}, ...Object.values(TRANSITIONS)) as object,
) as TransitionName[];

const PAIRS = SUBSCRIPTION_STATUSES.flatMap((from) => NAMES.map((name) => ({ from, name })));

/** The table once more, by transition: a change of it must be made twice. */
const ALLOWED: Record<TransitionName, string[]> = {
  beginPeriod: ['trialing → active', 'active → active', 'past_due → past_due'],
  changePlan: ['trialing → trialing', 'active → active', 'past_due → past_due'],
  failPayment: ['trialing → past_due', 'active → past_due'],
  recoverPayment: ['past_due → active'],
  endGrace: ['past_due → active'],
  suspend: ['past_due → paused'],
  pause: ['trialing → paused', 'active → paused'],
  resume: ['paused → active'],
  resumeTrial: ['paused → trialing'],
  cancel: ['trialing → canceled', 'active → canceled', 'past_due → canceled', 'paused → canceled'],
  expire: ['trialing → expired', 'active → expired', 'past_due → expired'],
};

function targetsOf(name: TransitionName): string[] {
  const allowed = PAIRS.filter(
    (pair) => pair.name === name && problemOf(() => transition(pair.from, name)) === null,
  );
  return allowed.map(({ from }) => `${from} → ${transition(from, name)}`);
}

describe('transition', () => {
  it.each(NAMES)('%s leads where it should, and from nowhere else', (name) => {
    expect(targetsOf(name)).toEqual(ALLOWED[name]);
  });

  it('is refused as a conflict that says the status', () => {
    expect(problemOf(() => transition('paused', 'pause'))).toBe('invalid_state');
    expect(() => transition('paused', 'pause')).toThrow('The subscription is paused.');
  });

  it.each(['canceled', 'expired'] as const)('nothing follows %s', (status) => {
    for (const name of NAMES)
      expect(problemOf(() => transition(status, name))).toBe('invalid_state');
  });
});
