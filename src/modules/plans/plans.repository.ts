import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { isId } from '../../common/ids';
import { decodeCursor } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import { Plan, PlanVersion, type PlanWithTerms } from './plan.entity';

@Injectable()
export class PlansRepository {
  /** Public, unarchived plans, cheapest first; one more than `limit`. */
  listPublic(tx: Transaction, { limit, cursor }: ListQuery): Promise<PlanWithTerms[]> {
    const after = decodeCursor(cursor, [Number.isSafeInteger, isId]);
    const query = withTerms(tx, 'terms.version = plan.version').where(
      'plan.isPublic AND plan.archivedAt IS NULL',
    );
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

  /** The plan of new businesses, in its newest version. */
  getDefault(tx: Transaction): Promise<PlanWithTerms> {
    return one(withTerms(tx, 'terms.version = plan.version').where('plan.isDefault'));
  }

  /** A plan in its newest version. */
  getNewest(tx: Transaction, planId: string): Promise<PlanWithTerms> {
    return one(
      withTerms(tx, 'terms.version = plan.version').where('plan.id = :planId', { planId }),
    );
  }

  /** A plan as its subscribers of this version have it. */
  getVersion(tx: Transaction, planId: string, version: number): Promise<PlanWithTerms> {
    return one(
      withTerms(tx, 'terms.version = :version').where('plan.id = :planId', { planId, version }),
    );
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

function one(query: SelectQueryBuilder<Plan>): Promise<PlanWithTerms> {
  return query.getOneOrFail() as Promise<PlanWithTerms>;
}

function many(query: SelectQueryBuilder<Plan>): Promise<PlanWithTerms[]> {
  return query.getMany() as Promise<PlanWithTerms[]>;
}
