import { FIRST_NAMES, LAST_NAMES } from '../chance/names';
import type { Random } from '../chance/random';
import { between, type Row } from '../rows/rows';
import { heavyTailed } from '../chance/sizes';

const LARGEST_TEAM = 30;
const ROLES = ['admin', 'member', 'member', 'viewer'] as const; // after the owner
const COPRIME_STEP = 7; // visits every first name once, so they differ within a team

export interface Person {
  userId: string;
  memberId: string;
  fullName: string;
  email: string;
  role: 'owner' | (typeof ROLES)[number];
}

/** The people of a business: an owner, and more where the plan has seats. */
export function makeTeam(seats: number | null, domain: string, random: Random): Person[] {
  const size = heavyTailed(Math.min(seats ?? LARGEST_TEAM, LARGEST_TEAM), random);
  const first = random.integer(0, FIRST_NAMES.length - 1);
  return Array.from({ length: size }, (_, index) => {
    const firstName = FIRST_NAMES[(first + index * COPRIME_STEP) % FIRST_NAMES.length]!;
    const lastName = random.pick(LAST_NAMES);
    return {
      userId: random.id(),
      memberId: random.id(),
      fullName: `${firstName} ${lastName}`,
      email: `${firstName}.${lastName}@${domain}`.toLowerCase(),
      role: index === 0 ? 'owner' : random.pick(ROLES),
    };
  });
}

export function toUserRow({ userId, email, fullName }: Person, hash: string, since: Date): Row {
  return {
    id: userId,
    email,
    email_verified_at: since,
    full_name: fullName,
    password_hash: hash,
    created_at: since,
  };
}

/** The people, and two members of every business: the holder of its API keys and the seat for support. */
export function toMemberRows(
  businessId: string,
  team: readonly Person[],
  since: Date,
  today: Date,
  random: Random,
): Row[] {
  const common = { business_id: businessId, status: 'active', last_used_at: null };
  const system = ['sdk', 'support'].map((kind) => ({
    ...common,
    id: random.id(),
    kind,
    role: null,
    user_id: null,
    joined_at: since,
  }));
  const people = team.map(({ memberId, userId, role }, index) => ({
    ...common,
    id: memberId,
    kind: 'person',
    role,
    user_id: userId,
    joined_at: between(since, today, index / team.length),
  }));
  return [...people, ...system];
}
