import type { Grant } from '../../../common/features';
import { evaluate, isRolledOut, type Subject } from './evaluation';

/* Who decides about a flag, and which targeting keys belong to a share. */

const KEYS = Array.from({ length: 10_000 }, (_, number) => `user-${number}`);

const ON = { enabled: true };
const OFF = { enabled: false };

function aFlag(rolloutPercentage: number | null, own?: Grant, ofPlan?: Grant): Subject {
  return { feature: { key: 'sso', kind: 'flag', rolloutPercentage }, own, ofPlan };
}

it.each<[who: string, subject: Subject, value: boolean, reason: string]>([
  ['the own grant, above all', aFlag(100, OFF, ON), false, 'TARGETING_MATCH'],
  ['the own grant', aFlag(0, ON, OFF), true, 'TARGETING_MATCH'],
  ['the rollout, above the plan', aFlag(100, undefined, OFF), true, 'SPLIT'],
  ['the plan, for whom the rollout leaves out', aFlag(0, undefined, ON), true, 'STATIC'],
  ['the plan', aFlag(null, undefined, ON), true, 'STATIC'],
  ['the plan, that says no', aFlag(null, undefined, OFF), false, 'STATIC'],
  ['nothing', aFlag(null), false, 'DEFAULT'],
  ['the rollout, which leaves the key out,', aFlag(0), false, 'DEFAULT'],
])('%s decides', (_, subject, value, reason) => {
  const variant = value ? 'on' : 'off';
  expect(evaluate(subject, 'user-1')).toEqual({ key: 'sso', value, reason, variant });
});

it('a share needs a targeting key, but where an own grant decides', () => {
  expect(evaluate(aFlag(50), null)).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
  expect(evaluate(aFlag(50, ON), null)).toMatchObject({ value: true });
});

it('a value is that of the own grant, else of the plan; without one, and of a counter, there is none', () => {
  const feature = { key: 'region', kind: 'config', rolloutPercentage: null } as const;
  const ask = (own?: Grant, ofPlan?: Grant) => evaluate({ feature, own, ofPlan }, null);
  expect(ask({ value: 'eu' }, { value: 'us' })).toEqual({
    ...{ key: 'region', value: 'eu', reason: 'TARGETING_MATCH' },
  });
  expect(ask(undefined, { value: 7 })).toMatchObject({ value: 7, reason: 'STATIC' });
  expect(ask()).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
  const counter = { ...feature, kind: 'metered' as const };
  expect(evaluate({ feature: counter, own: undefined, ofPlan: undefined }, null)).toMatchObject({
    errorCode: 'FLAG_NOT_FOUND',
  });
});

it.each([0, 1, 10, 50, 99, 100])(
  'a share of %i percent is one, within two percent',
  (percentage) => {
    const chosen = KEYS.filter((key) => isRolledOut('sso', key, percentage));
    expect(Math.abs(chosen.length / KEYS.length - percentage / 100)).toBeLessThan(0.02);
    if (percentage % 100 === 0) expect(chosen).toHaveLength((KEYS.length * percentage) / 100);
  },
);

it('a larger share keeps those of a smaller one, and another flag has others', () => {
  const share = (flag: string, percentage: number) =>
    KEYS.filter((key) => isRolledOut(flag, key, percentage));
  const tenth = share('sso', 10);
  expect(share('sso', 20)).toEqual(expect.arrayContaining(tenth));
  expect(share('beta', 10)).not.toEqual(tenth);
});

it('a key is in the same share for ever', () => {
  const inHalf = KEYS.slice(0, 12).filter((key) => isRolledOut('sso', key, 50));
  expect(inHalf).toEqual(['user-2', 'user-3', 'user-6', 'user-7', 'user-8', 'user-10']);
});
