import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { PersonPrincipal } from '../../common/request-context';
import { ChangeFeed } from '../../platform/database/change-feed';
import type { ChangeListener } from '../../platform/database/change-listener';
import { CredentialCache } from './credential-cache';
import type { Credential } from './credential';

const LONG_MS = 86_400_000;
const KEPT_FOR_MS = 30_000;
const MAXIMUM_ENTRIES = 10_000;

/** The part of the listener that the cache uses: the epoch, or null while changes may be missed. */
let epoch: number | null;
let clock: Clock;
let feed: ChangeFeed;
let cache: CredentialCache;
beforeEach(() => {
  epoch = 1;
  clock = new Clock();
  feed = new ChangeFeed();
  cache = new CredentialCache(clock, { epoch: () => epoch } as ChangeListener, feed);
});
afterEach(() => jest.restoreAllMocks());

function credentialOf(businessId: string, userId: string | null = null): Credential {
  const member = {
    ...{ memberId: newId(), role: 'viewer' as const, kind: 'person' as const },
    ...{ credentialId: newId(), businessName: null, requiresSecondFactor: false },
  };
  const person = userId === null ? null : personOf(userId);
  return {
    ...{ kind: 'session', actor: { kind: 'person', id: member.memberId, email: null } },
    ...{ businessId, businessStatus: 'active', member, person, permissions: [] },
    ...{ key: null, service: null, support: null, staffSessionId: null },
    ...{ isProven: true, mustEnrol: false },
  };
}

function personOf(userId: string): PersonPrincipal {
  const facts = { emailVerified: true, hasSecondFactor: false, isProven: true };
  return { userId, sessionId: newId(), fullName: 'Ada Lovelace', ...facts };
}

function keep(hash: string, credential: Credential, livesMs = LONG_MS): void {
  cache.keep(hash, credential, cache.beginLookUp(), livesMs);
}

const [mine, others] = [credentialOf('mine', 'ada'), credentialOf('others', 'grace')];

it('finds an entry under its hash only', () => {
  keep('a', mine);
  expect(cache.find('a')).toBe(mine);
  expect(cache.find('b')).toBeNull();
});

describe('a change', () => {
  beforeEach(() => {
    keep('a', mine);
    keep('b', others);
  });

  it.each([
    ['of the business', 'mine'],
    ['of the person', 'ada'],
    ['of several', 'other mine another'],
  ])('%s forgets the credential, and leaves the others', (_, subjects) => {
    feed.publish(subjects);
    expect(cache.find('a')).toBeNull();
    expect(cache.find('b')).toBe(others);
  });

  it('of everything forgets all', () => {
    feed.publish('*');
    expect([cache.find('a'), cache.find('b')]).toEqual([null, null]);
  });

  it('does not drop credentials without a person or a business for an empty id', () => {
    keep('c', { ...mine, businessId: null, member: null });
    feed.publish('others');
    expect(cache.find('c')).not.toBeNull();
  });
});

describe('a look-up during which a change arrives', () => {
  it.each(['mine', 'others', '*'])('of %s is not kept', (subjects) => {
    const lookUp = cache.beginLookUp();
    feed.publish(subjects);
    cache.keep('a', mine, lookUp, LONG_MS);
    expect(cache.find('a')).toBeNull();
  });

  it('does not affect the next look-up', () => {
    feed.publish('mine');
    keep('a', mine);
    expect(cache.find('a')).toBe(mine);
  });
});

describe('while changes may be missed', () => {
  it('nothing is found, until the listener is known to have missed nothing', () => {
    keep('a', mine);
    epoch = null;
    expect(cache.find('a')).toBeNull();
    epoch = 1;
    expect(cache.find('a')).toBe(mine);
  });

  it('nothing is kept', () => {
    epoch = null;
    keep('a', mine);
    epoch = 1;
    expect(cache.find('a')).toBeNull();
  });

  it('entries from before are invalid afterwards', () => {
    keep('a', mine);
    const lookUp = cache.beginLookUp();
    epoch = 2;
    cache.keep('b', others, lookUp, LONG_MS);
    expect([cache.find('a'), cache.find('b')]).toEqual([null, null]);
    keep('a', mine);
    expect(cache.find('a')).toBe(mine);
  });
});

describe('time', () => {
  /** Time stands still until it is moved. */
  function stopAt(milliseconds: number): void {
    jest.spyOn(clock, 'at').mockReturnValue(new Date(milliseconds));
  }

  it.each([
    ['the life of the credential', 5_000, 5_000],
    ['half a minute, for a long-lived one', LONG_MS, KEPT_FOR_MS],
    ['half a minute, for one without an end', Infinity, KEPT_FOR_MS],
  ])('ends after %s, to the millisecond', (_, livesMs, endsAfterMs) => {
    stopAt(0);
    keep('a', mine, livesMs);
    stopAt(endsAfterMs - 1);
    expect(cache.find('a')).toBe(mine);
    stopAt(endsAfterMs);
    expect(cache.find('a')).toBeNull();
  });

  it('counts from before the look-up, not from after it', () => {
    stopAt(0);
    const lookUp = cache.beginLookUp();
    stopAt(4_000);
    cache.keep('a', mine, lookUp, 5_000);
    stopAt(5_000);
    expect(cache.find('a')).toBeNull();
  });
});

it('evicts the least recently used entry', () => {
  for (let number = 0; number < MAXIMUM_ENTRIES; number += 1) keep(String(number), mine);
  cache.find('0');
  keep('one more', mine);
  expect([cache.find('0'), cache.find('1'), cache.find('one more')]).toEqual([mine, null, mine]);
});
