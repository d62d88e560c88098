import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { isId } from '../../common/ids';
import { decodeCursor } from '../../common/pagination';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { Plan, PlanVersion, type PlanWithTerms } from './plan.entity';
import { planSlugTaken } from './plans.errors';

@Injectable()
export class PlansRepository {
  /** Public, unarchived plans, cheapest first; one more than `limit`. */
  listPublic(tx: Transaction, query: ListQuery): Promise<PlanWithTerms[]> {
    const offered = newest(tx).where('plan.isPublic AND plan.archivedAt IS NULL');
    return cheapestFirst(offered, query);
  }

  /** All plans, cheapest first; one more than `limit`. */
  list(tx: Transaction, query: ListQuery): Promise<PlanWithTerms[]> {
    return cheapestFirst(newest(tx), query);
  }

  /** All plans in their newest versions, for work across the installation: they are few. */
  listAll(tx: Transaction): Promise<PlanWithTerms[]> {
    return many(newest(tx).orderBy('plan.id'));
  }

  /** The plan of new businesses, in its newest version. */
  getDefault(tx: Transaction): Promise<PlanWithTerms> {
    return one(newest(tx).where('plan.isDefault'));
  }

  /** A plan in its newest version. */
  getNewest(tx: Transaction, planId: string): Promise<PlanWithTerms> {
    return one(newest(tx).where('plan.id = :planId', { planId }));
  }

  /** The same, or null where there is no such plan. */
  findNewest(tx: Transaction, planId: string): Promise<PlanWithTerms | null> {
    const query = newest(tx).where('plan.id = :planId', { planId });
    return query.getOne() as Promise<PlanWithTerms | null>;
  }

  /** A plan in the given version. */
  getVersion(tx: Transaction, planId: string, version: number): Promise<PlanWithTerms> {
    return one(
      withTerms(tx, 'terms.version = :version').where('plan.id = :planId', { planId, version }),
    );
  }

  /** Whether subscribers pay for it, or are about to, in another currency than that of its terms. */
  async isPaidInOtherCurrency(tx: Transaction, { id, terms }: PlanWithTerms): Promise<boolean> {
    const [row] = await tx.query<{ isPaid: boolean }>(
      'SELECT is_paid_in_other_currency($1, $2) AS "isPaid"',
      [id, terms.priceCurrency],
    );
    return row!.isPaid;
  }

  /** Blocks other editors until the end of the transaction. Readers and foreign keys do not wait. */
  async lockForEditing(tx: Transaction): Promise<void> {
    await tx.execute('LOCK TABLE plans IN SHARE ROW EXCLUSIVE MODE');
  }

  /** @throws 409 plan_slug_taken */
  async insert(tx: Transaction, { terms, ...plan }: PlanWithTerms): Promise<void> {
    await refusingTakenSlug(tx.repository(Plan).insert(plan));
    await this.insertVersion(tx, terms);
  }

  async insertVersion(tx: Transaction, terms: PlanVersion): Promise<void> {
    await tx.repository(PlanVersion).insert(terms);
  }

  /** Writes all fields of a plan; its terms are a separate row. */
  async update(tx: Transaction, { id, ...fields }: PlanWithTerms): Promise<void> {
    const { terms: _, ...changes } = fields;
    await tx.repository(Plan).update({ id }, changes);
  }

  /** Leaves no default plan: the transaction must set another one afterwards, since an index allows only one. */
  async clearDefault(tx: Transaction): Promise<void> {
    await tx.repository(Plan).update({ isDefault: true }, { isDefault: false });
  }
}

function withTerms(tx: Transaction, version: string): SelectQueryBuilder<Plan> {
  return tx
    .repository(Plan)
    .createQueryBuilder('plan')
    .innerJoinAndMapOne(
      'plan.terms',
      PlanVersion,
      'terms',
      `terms.planId = plan.id AND ${version}`,
    );
}

function newest(tx: Transaction): SelectQueryBuilder<Plan> {
  return withTerms(tx, 'terms.version = plan.version');
}

function cheapestFirst(
  query: SelectQueryBuilder<Plan>,
  { limit, cursor }: ListQuery,
): Promise<PlanWithTerms[]> {
  const after = decodeCursor(cursor, [Number.isSafeInteger, isId]);
  if (after)
    query.andWhere('(terms.priceAmount, plan.id) > (:amount, :id)', {
      amount: after[0],
      id: after[1],
    });
  return many(
    query
      .orderBy('terms.priceAmount')
      .addOrderBy('plan.id')
      .limit(limit + 1),
  );
}

function one(query: SelectQueryBuilder<Plan>): Promise<PlanWithTerms> {
  return query.getOneOrFail() as Promise<PlanWithTerms>;
}

function many(query: SelectQueryBuilder<Plan>): Promise<PlanWithTerms[]> {
  return query.getMany() as Promise<PlanWithTerms[]>;
}

async function refusingTakenSlug<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (violatedConstraint(error) === 'uq_plans_slug') throw planSlugTaken();
    throw error;
  }
}
