import { Random } from './random';

const GOLDEN = 0.618;
const STEEPNESS = 1.1; // of Zipf's law: the second has about half of what the first has

/** Shares a total out unevenly: a few get much, most get little. The shares add up to the total exactly. */
export function* shareOut(total: number, count: number, seed: number): Generator<number> {
  const rankOf = shuffledRanks(count, seed);
  const weight = (index: number) =>
    (0.5 + new Random(seed, index, 1).next()) / (rankOf(index) + 1) ** STEEPNESS;
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += weight(index);
  let before = 0;
  for (let index = 0, upTo = 0; index < count; index += 1) {
    upTo += weight(index);
    const after = Math.round((total * upTo) / sum); // of all shares so far, so that rounding never adds up
    yield after - before;
    before = after;
  }
}

/** Each index has a rank of its own, without a list of them: a step that shares no factor with the count visits all. */
function shuffledRanks(count: number, seed: number): (index: number) => number {
  let step = Math.max(1, Math.floor(count * GOLDEN));
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  const first = new Random(seed, 0, 2).integer(0, count - 1);
  return (index) => (first + index * step) % count;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/**
 * Splits what a business used over its periods, none above the limit; what does not fit is left out.
 * @param limit of one period; null: unlimited
 */
export function splitOverPeriods(
  total: number,
  periods: number,
  limit: number | null,
  random: Random,
): number[] {
  const most = limit ?? Infinity;
  let rest = Math.min(total, most * periods);
  return Array.from({ length: periods }, (_, index) => {
    const later = periods - index - 1;
    const atLeast = Math.max(0, rest - (later === 0 ? 0 : most * later)); // the later ones cannot hold it
    const wanted = Math.round((rest / (later + 1)) * (0.4 + 1.2 * random.next()));
    const used = Math.min(rest, most, Math.max(atLeast, wanted));
    rest -= used;
    return used;
  });
}
