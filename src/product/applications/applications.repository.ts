import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { violatedConstraint } from '../../platform/database/database-errors';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Application } from './application.entity';
import { bundleIdTaken, originsNeedTheWeb } from './applications.errors';

export type ApplicationFields = Pick<Application, 'name' | 'bundleId' | 'platform' | 'origins'>;

@Injectable()
export class ApplicationsRepository {
  /** Applications that are not deleted, newest first; one more than `limit`. */
  list(tx: Transaction, page: ListQuery): Promise<Application[]> {
    const query = tx
      .repository(Application)
      .createQueryBuilder('application')
      .where('application.businessId = :businessId AND application.deletedAt IS NULL', {
        businessId: tx.requireBusinessId(),
      });
    return newestFirst(query, 'createdAt', page);
  }

  find(tx: Transaction, id: string): Promise<Application | null> {
    return tx
      .repository(Application)
      .findOneBy({ businessId: tx.requireBusinessId(), id, deletedAt: IsNull() });
  }

  /** Keeps it from being deleted until the end of the transaction. @returns false where there is none */
  async hold(tx: Transaction, id: string): Promise<boolean> {
    const where = { businessId: tx.requireBusinessId(), id, deletedAt: IsNull() };
    const lock = { mode: 'pessimistic_read' as const };
    return (await tx.repository(Application).findOne({ where, lock })) !== null;
  }

  /** @throws 409 bundle_id_taken */
  async insert(tx: Transaction, fields: ApplicationFields): Promise<Application> {
    const application = {
      ...fields,
      id: newId(),
      businessId: tx.requireBusinessId(),
      createdAt: tx.now,
      deletedAt: null,
    };
    await refusingConflicts(tx.repository(Application).insert(application), fields);
    return application;
  }

  /** @returns false when the application does not exist. @throws 409 bundle_id_taken, 422 for origins without the web */
  async update(
    tx: Transaction,
    id: string,
    changes: Partial<ApplicationFields & Pick<Application, 'deletedAt'>>,
  ): Promise<boolean> {
    const living = { businessId: tx.requireBusinessId(), id, deletedAt: IsNull() };
    const { affected } = await refusingConflicts(
      tx.repository(Application).update(living, changes),
      changes,
    );
    return affected === 1;
  }

  /** Of the business, or of one application. */
  async listOrigins(tx: Transaction, id: string | null): Promise<string[]> {
    const given = [tx.requireBusinessId(), id];
    const rows = await tx.query<{ origins: string[] }>(LIST_ORIGINS, given);
    return rows.flatMap(({ origins }) => origins);
  }

  /** Of all businesses, in platform scope. */
  async listAllOrigins(tx: Transaction): Promise<string[]> {
    const rows = await tx.query<{ origin: string }>(LIST_ALL_ORIGINS);
    return rows.map(({ origin }) => origin);
  }
}

const LIST_ORIGINS = `
  SELECT origins FROM applications
  WHERE business_id = $1 AND deleted_at IS NULL AND origins <> '{}' AND ($2::uuid IS NULL OR id = $2)`;

const LIST_ALL_ORIGINS = `
  SELECT DISTINCT unnest(origins) AS origin FROM applications WHERE deleted_at IS NULL AND origins <> '{}'`;

async function refusingConflicts<T>(
  write: Promise<T>,
  { origins }: Partial<ApplicationFields>,
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'uq_applications_bundle_id') throw bundleIdTaken();
    if (constraint === 'ck_applications_origins')
      throw originsNeedTheWeb(origins ? '/origins' : '/platform');
    throw error;
  }
}
