import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { emailTaken, identityTaken } from '../identity/identity.errors';
import { UsersRepository } from '../identity/users.repository';
import { alreadyMember, invitationUsed } from '../team-members/team-members.errors';
import type { ForeignIdentity } from './foreign-identity';
import { IdentitiesRepository } from '../identity/identities.repository';
import { LinkTokens } from './link-tokens';
import { emailNotProven, identityNotLinked } from './sign-in.errors';

const REASON = 'the person signing in is unknown';

export interface Person {
  id: string;
  email: string;
  isNew: boolean;
}

/** Finds or makes the person of an identity. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly database: Database,
    private readonly identities: IdentitiesRepository,
    private readonly users: UsersRepository,
    private readonly linkTokens: LinkTokens,
  ) {}

  /**
   * An account that is there already is never entered by its address alone: its owner has to link it.
   * @param join in the same transaction: what a person becomes a member of
   * @throws 403 email_not_proven, 409 identity_not_linked, and what `join` throws: then no person is made
   */
  async enter(
    context: RequestContext,
    identity: ForeignIdentity,
    join: (tx: Transaction, person: Person) => Promise<void>,
  ): Promise<Person> {
    const actor = { kind: 'person' as const, id: null, email: identity.email };
    const attempt = () =>
      this.database.platform(context.with({ actor }), REASON, async (tx) => {
        const person = await this.findOrMake(tx, identity);
        await join(tx, person);
        return person;
      });
    try {
      return await attempt();
    } catch (error) {
      if (!isOfARace(error)) throw error;
      return attempt(); // the other one has made the person
    }
  }

  /** Whether a person has signed in with it before. */
  isKnown(context: RequestContext, identity: ForeignIdentity): Promise<boolean> {
    return this.database.platform(
      context,
      REASON,
      async (tx) => (await this.identities.use(tx, identity)) !== null,
    );
  }

  private async findOrMake(tx: Transaction, identity: ForeignIdentity): Promise<Person> {
    const known = await this.identities.use(tx, identity);
    if (known) {
      const { id, email } = await this.users.get(tx, known);
      return { id, email, isNew: false };
    }
    const { email } = identity;
    if (email === null) throw emailNotProven();
    if (await this.users.findIdByEmail(tx, email))
      throw identityNotLinked({
        members: { linkToken: this.linkTokens.make({ ...identity, email }, tx.now) },
      });
    return this.make(tx, { ...identity, email });
  }

  private async make(
    tx: Transaction,
    identity: ForeignIdentity & { email: string },
  ): Promise<Person> {
    const { email, fullName } = identity;
    const { id } = await this.users.insert(tx, {
      email,
      fullName: fullName ?? email.slice(0, email.lastIndexOf('@')),
      passwordHash: null,
      emailVerifiedAt: tx.now,
    });
    await this.identities.link(tx, id, identity);
    return { id, email, isNew: true };
  }
}

/** Refusals that the first sight of the same person, at the same moment, brings about. */
const OF_RACES = [emailTaken, identityNotLinked, identityTaken, alreadyMember, invitationUsed].map(
  ({ definition }) => definition,
);

function isOfARace(error: unknown): boolean {
  if (!(error instanceof DomainError)) return false;
  return OF_RACES.includes(error.definition);
}
