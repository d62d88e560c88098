import type { Stage } from './stage';

/** What a business has, as its rows say. */
export interface State {
  id: string;
  currentSubscriptions: number;
  owners: number;
  seats: number;
  seatsLimit: number | null;
  applications: number;
  applicationsLimit: number | null;
  /** Of the counter, without what credits paid for. */
  ofPlan: number;
  recordingsLimit: number | null;
  counter: number;
  rows: number;
  overspent: number;
}

/** After these the counter may be reset, or a limit may differ. */
const CHANGES_PLANS = new Set([
  ...[
    'change the plan',
    'staff assign a plan',
    'staff edit a plan',
    'time passes',
    'resume',
    'cancel',
  ],
]);

/** The states of all businesses on the stage, by id. */
export async function readStates(stage: Stage): Promise<Map<string, State>> {
  const ids = stage.tenants.map(({ id }) => id);
  const states = await stage.log.query<State>(READ_STATES, [ids]);
  return new Map(states.map((state) => [state.id, state]));
}

/** What does not hold after a move, though it has to. */
export function listBroken(
  move: string,
  stored: number,
  before: Map<string, State>,
  after: Map<string, State>,
): string[] {
  const broken: string[] = [];
  let counted = 0;
  for (const state of after.values()) {
    const last = before.get(state.id);
    broken.push(...brokenIn(state), ...(last ? brokenSince(move, last, state) : []));
    counted += state.counter - (last?.counter ?? 0);
  }
  if (!CHANGES_PLANS.has(move) && counted !== stored)
    broken.push(`${stored} recordings were answered with 201, and ${counted} were counted`);
  return broken;
}

function brokenIn(state: State): string[] {
  const holds: Record<string, boolean> = {
    'one current subscription': state.currentSubscriptions === 1,
    'an active owner': state.owners >= 1,
    'a counter that is what there is': state.counter === state.rows,
    'credits not spent twice': state.overspent === 0,
  };
  return namesOfFalse(holds, state);
}

/** A limit may be passed by what was there before it: but nothing beyond it is added. */
function brokenSince(move: string, before: State, after: State): string[] {
  const grows = (used: 'seats' | 'applications' | 'ofPlan', limit: number | null) =>
    after[used] > before[used] && limit !== null && after[used] > limit;
  const changesPlans = CHANGES_PLANS.has(move);
  const holds: Record<string, boolean> = {
    'seats within the limit': !grows('seats', after.seatsLimit),
    'applications within the limit': !grows('applications', after.applicationsLimit),
    'recordings within the limit': changesPlans || !grows('ofPlan', after.recordingsLimit),
  };
  return namesOfFalse(holds, { before, after });
}

function namesOfFalse(holds: Record<string, boolean>, seen: object): string[] {
  return Object.entries(holds)
    .filter(([, isTrue]) => !isTrue)
    .map(([name]) => `not any more: ${name}: ${JSON.stringify(seen)}`);
}

const READ_STATES = `
  SELECT business.id,
    (SELECT count(*) FROM subscriptions WHERE business_id = business.id AND is_current)::integer AS "currentSubscriptions",
    (SELECT count(*) FROM members WHERE business_id = business.id AND kind = 'person' AND role = 'owner'
       AND status = 'active')::integer AS owners,
    (SELECT count(*) FROM members WHERE business_id = business.id AND kind = 'person' AND status = 'active')::integer AS seats,
    (plan.grants -> 'seats' ->> 'limit')::integer AS "seatsLimit",
    (SELECT count(*) FROM applications WHERE business_id = business.id AND deleted_at IS NULL)::integer AS applications,
    (plan.grants -> 'applications' ->> 'limit')::integer AS "applicationsLimit",
    (counter.used - counter.credited)::integer AS "ofPlan", (plan.grants -> 'recordings' ->> 'limit')::integer AS "recordingsLimit",
    counter.used::integer AS counter,
    (counter.carried_over + (
      SELECT count(*) FROM recordings WHERE business_id = business.id
        AND recordings.subscription_id = counter.subscription_id AND recordings.period_ordinal = counter.period_ordinal
    ))::integer AS rows,
    (SELECT count(*) FROM credits WHERE business_id = business.id AND spent > granted)::integer AS overspent
  FROM businesses AS business
  JOIN usage_counters AS counter ON counter.business_id = business.id AND counter.feature = 'recordings'
  JOIN subscriptions ON subscriptions.business_id = business.id AND subscriptions.is_current
  JOIN plans AS plan ON plan.id = subscriptions.plan_id
  WHERE business.id = ANY ($1)`;
