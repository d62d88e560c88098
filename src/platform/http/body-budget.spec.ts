import type { DomainError } from '../../common/problem';
import { BodyBudget, type BodyShare } from './body-budget';

const TOTAL_BYTES = 16_384;
const SHARE_BYTES = 4_096;

function outcomeOf(share: BodyShare, bytes: number): string {
  try {
    share.charge(bytes);
    return 'room';
  } catch (error) {
    const { code, headers } = error as DomainError;
    return `${code} ${headers['Retry-After']}`;
  }
}

describe('BodyBudget', () => {
  let budget: BodyBudget;
  beforeEach(() => {
    budget = new BodyBudget(TOTAL_BYTES);
  });

  it('gives one network a quarter across all its requests, and refuses the request beyond it with 429', () => {
    const [one, other] = [budget.open('203.0.113.1'), budget.open('203.0.113.1')];
    expect(outcomeOf(one, 3_000)).toBe('room');
    expect(outcomeOf(other, SHARE_BYTES - 3_000)).toBe('room');
    expect(outcomeOf(other, 1)).toBe('rate_limited 2');
    expect(outcomeOf(budget.open('203.0.113.2'), SHARE_BYTES)).toBe('room');
  });

  it('refuses with 503 when all networks together have used it', () => {
    const shares = ['a', 'b', 'c', 'd', 'e'].map((network) => budget.open(network));
    expect(shares.map((share) => outcomeOf(share, SHARE_BYTES))).toEqual([
      ...Array<string>(4).fill('room'),
      'overloaded 2',
    ]);
    shares[2]!.release();
    expect(outcomeOf(shares[4]!, SHARE_BYTES)).toBe('room');
  });

  it('is whole again after every share is released, even twice', () => {
    for (let round = 0; round < 3; round += 1) {
      const shares = ['a', 'b', 'c', 'd'].map((network) => budget.open(network));
      for (const share of shares) {
        expect(outcomeOf(share, SHARE_BYTES)).toBe('room');
        expect(outcomeOf(share, 1)).toMatch(/rate_limited|overloaded/);
      }
      for (const share of [...shares, ...shares]) share.release();
    }
  });

  it('charges a chunk of one byte as 256: it takes as much memory', () => {
    const share = budget.open('a');
    const pieces = SHARE_BYTES / 256;
    const outcomes = Array.from({ length: pieces + 1 }, () => outcomeOf(share, 1));
    expect(outcomes).toEqual([...Array<string>(pieces).fill('room'), 'rate_limited 2']);
  });
});
