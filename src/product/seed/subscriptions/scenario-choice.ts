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
import type { Random } from '../chance/random';

interface Scenario {
  weight: number;
  make: (setup: LifeSetup, random: Random) => Life;
  suits: (setup: LifeSetup) => boolean;
}

const always = () => true;
const isPaid = ({ plan }: LifeSetup) => !plan.isFree;
const hasPast = ({ closed }: LifeSetup) => closed > 0;

/** Weights in percent for subscribers of a paid plan; other subscribers suit fewer scenarios. */
const SCENARIOS: Scenario[] = [
  { weight: 57, make: run, suits: always },
  { weight: 9, make: tryOut, suits: (setup) => isPaid(setup) && setup.plan.isPublic },
  { weight: 6, make: fallBehind, suits: isPaid },
  { weight: 4, make: pause, suits: always },
  { weight: 4, make: requestCancellation, suits: always },
  { weight: 3, make: stopRenewing, suits: always },
  { weight: 4, make: planToMove, suits: (setup) => isPaid(setup) && findAsRoomy(setup) !== null },
  { weight: 4, make: moveUp, suits: hasOutgrownDefault },
  { weight: 2, make: leaveAtOnce, suits: always },
  { weight: 4, make: haveLeft, suits: hasPast },
  { weight: 3, make: haveExpired, suits: hasPast },
];

/** Picks the scenario of a subscription. Always one draw, so that worlds with other plans are alike. */
export function pickScenario(setup: LifeSetup, random: Random): Scenario['make'] {
  const draw = random.next();
  const suitable = SCENARIOS.filter(({ suits }) => suits(setup));
  let rest = draw * suitable.reduce((sum, { weight }) => sum + weight, 0);
  return suitable.find(({ weight }) => (rest -= weight) < 0)?.make ?? run;
}

/** With equal intervals, a plan change keeps the period. */
function hasOutgrownDefault({ plan, plans }: LifeSetup): boolean {
  const first = plans.find(({ isDefault }) => isDefault);
  if (!first || first.id === plan.id) return false;
  const [one, other] = [first.interval, plan.interval];
  return one.unit !== other.unit || one.count !== other.count;
}
