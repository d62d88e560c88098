import {
  requestCancellation,
  fallBehind,
  findAsRoomy,
  haveExpired,
  haveLeft,
  leaveAtOnce,
  moveUp,
  pause,
  planToMove,
  run,
  stopRenewing,
  tryOut,
  type Life,
  type LifeSetup,
} from './scenarios';
import type { Random } from './random';

interface Fate {
  weight: number;
  live: (setup: LifeSetup, random: Random) => Life;
  suits: (setup: LifeSetup) => boolean;
}

const always = () => true;
const isPaid = ({ plan }: LifeSetup) => !plan.isFree;
const hasPast = ({ closed }: LifeSetup) => closed > 0;

/** Of a hundred subscribers of a paid plan; fewer of these scenarios suit those of another. */
const FATES: Fate[] = [
  { weight: 57, live: run, suits: always },
  { weight: 9, live: tryOut, suits: (setup) => isPaid(setup) && setup.plan.isPublic },
  { weight: 6, live: fallBehind, suits: isPaid },
  { weight: 4, live: pause, suits: always },
  { weight: 4, live: requestCancellation, suits: always },
  { weight: 3, live: stopRenewing, suits: always },
  { weight: 4, live: planToMove, suits: (setup) => isPaid(setup) && findAsRoomy(setup) !== null },
  { weight: 4, live: moveUp, suits: hasOutgrownDefault },
  { weight: 2, live: leaveAtOnce, suits: always },
  { weight: 4, live: haveLeft, suits: hasPast },
  { weight: 3, live: haveExpired, suits: hasPast },
];

/** What becomes of a subscription. One draw, whatever suits, so that worlds of other plans are alike. */
export function pickFate(setup: LifeSetup, random: Random): Fate['live'] {
  const draw = random.next();
  const suitable = FATES.filter(({ suits }) => suits(setup));
  let rest = draw * suitable.reduce((sum, { weight }) => sum + weight, 0);
  return suitable.find(({ weight }) => (rest -= weight) < 0)?.live ?? run;
}

/** Where intervals are the same, a change of plan leaves the period as it is. */
function hasOutgrownDefault({ plan, plans }: LifeSetup): boolean {
  const first = plans.find(({ isDefault }) => isDefault);
  if (!first || first.id === plan.id) return false;
  const [one, other] = [first.interval, plan.interval];
  return one.unit !== other.unit || one.count !== other.count;
}
