import { Random } from './random';

const GOLDEN = 0.618;
const STEEPNESS = 1.1; // of Zipf's law: the second has about half of what the first has
const TAIL = 1.5; // of Pareto's law: of a hundred 65 have one, and 3 have ten

/** Shares a total out unevenly: a few get much, the rest little. The shares add up to the total exactly. */
export function* shareOut(total: number, count: number, seed: number): Generator<number> {
  const rankOf = shuffledRanks(count, seed);
  const weight = (index: number) =>
    (0.5 + new Random(seed, index, 1).next()) / (rankOf(index) + 1) ** STEEPNESS;
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += weight(index);
  let before = 0;
  for (let index = 0, upTo = 0; index < count; index += 1) {
    upTo += weight(index);
    const after = Math.round((total * upTo) / sum); // rounds the running sum, so that errors never add up
    yield after - before;
    before = after;
  }
}

/** Mostly one, rarely many, never more than the maximum. */
export function heavyTailed(maximum: number, random: Random): number {
  return Math.max(1, Math.min(maximum, Math.floor((1 - random.next()) ** (-1 / TAIL))));
}

/** Gives each index a distinct rank without a list: a step coprime to the count visits all. */
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
 * Splits a business's usage over its periods, none above its limit; the excess is dropped.
 * @param limits of each period; Infinity: unlimited
 */
export function splitOverPeriods(
  total: number,
  limits: readonly number[],
  random: Random,
): number[] {
  let room = sum(limits);
  let rest = Math.min(total, room);
  return limits.map((most, index) => {
    room = sum(limits.slice(index + 1));
    const atLeast = Math.max(0, rest - room); // the later ones cannot hold it
    const wanted = Math.round((rest / (limits.length - index)) * (0.4 + 1.2 * random.next()));
    const used = Math.min(rest, most, Math.max(atLeast, wanted));
    rest -= used;
    return used;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
