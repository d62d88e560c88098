import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { violatedConstraint } from '../../platform/database/database-errors';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Application } from './application.entity';
import { bundleIdTaken } from './applications.errors';

export type ApplicationFields = Pick<Application, 'name' | 'bundleId' | 'platform'>;

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
    await refusingTakenBundleId(tx.repository(Application).insert(application));
    return application;
  }

  /** @returns false when the application does not exist. @throws 409 bundle_id_taken */
  async update(
    tx: Transaction,
    id: string,
    changes: Partial<ApplicationFields & Pick<Application, 'deletedAt'>>,
  ): Promise<boolean> {
    const living = { businessId: tx.requireBusinessId(), id, deletedAt: IsNull() };
    const { affected } = await refusingTakenBundleId(
      tx.repository(Application).update(living, changes),
    );
    return affected === 1;
  }
}

async function refusingTakenBundleId<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (violatedConstraint(error) === 'uq_applications_bundle_id') throw bundleIdTaken();
    throw error;
  }
}
